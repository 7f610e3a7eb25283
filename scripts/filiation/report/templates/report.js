"use strict";
// The page is complete without this script: it filters, moves by keyboard, prints and follows the language.
(() => {
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const one = (selector) => document.querySelector(selector);
  const candidates = all("tbody.candidate");
  const search = one("#search");
  const hideOffPanel = one("#hide-off-panel");
  const shown = one("#shown");
  const texts = new Map(candidates.map((body) => [body, body.textContent.toLowerCase()]));
  let current = -1;

  all("[data-needs-script]").forEach((element) => { element.hidden = false; });

  const setLanguage = (language) => {
    document.documentElement.lang = language;
    document.title = document.body.getAttribute("data-title-" + language);
  };
  all('input[name="language"]').forEach((input) => {
    input.addEventListener("change", () => setLanguage(input.value));
    if (input.checked) setLanguage(input.value);
  });

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const classes = new Set(all(".class-filter:checked").map((box) => box.value));
    let count = 0;
    candidates.forEach((body) => {
      const text = texts.get(body);
      const visible = classes.has(body.dataset.class)
        && !(hideOffPanel && hideOffPanel.checked && body.dataset.tier === "off_panel")
        && words.every((word) => text.includes(word));
      body.hidden = !visible;
      count += visible ? 1 : 0;
    });
    all("tbody.pair-heading").forEach((heading) => {
      let body = heading.nextElementSibling;
      let visible = false;
      while (body && body.classList.contains("rail") && !body.classList.contains("pair-heading")) {
        visible = visible || !body.hidden;
        body = body.nextElementSibling;
      }
      heading.hidden = !visible;
    });
    shown.textContent = String(count);
  };
  if (search) {
    search.addEventListener("input", filter);
    all(".class-filter, #hide-off-panel").forEach((box) => box.addEventListener("change", filter));
    const openAll = (open) => all(".detail-row > td > details").forEach((details) => { details.open = open; });
    one("#open-all").addEventListener("click", () => openAll(true));
    one("#close-all").addEventListener("click", () => openAll(false));
  }

  let opened = [];
  addEventListener("beforeprint", () => {
    if (document.documentElement.classList.contains("print-list")) return;
    opened = all(".detail-row > td > details:not([open])");
    opened.forEach((details) => { details.open = true; });
  });
  addEventListener("afterprint", () => {
    opened.forEach((details) => { details.open = false; });
    opened = [];
    document.documentElement.classList.remove("print-list");
  });
  one("#print").addEventListener("click", () => print());
  one("#print-list").addEventListener("click", () => {
    document.documentElement.classList.add("print-list");
    print();
  });

  const move = (step) => {
    const visible = candidates.filter((body) => !body.hidden);
    if (!visible.length) return;
    const place = visible.indexOf(candidates[current]);
    const next = visible[Math.min(visible.length - 1, Math.max(0, place + step))];
    if (current >= 0) candidates[current].classList.remove("current");
    current = candidates.indexOf(next);
    next.classList.add("current");
    next.scrollIntoView({ block: "nearest" });
    next.querySelector("summary").focus({ preventScroll: true });
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const typing = event.target.matches('input[type="search"]');
    if (typing && event.key === "Escape") { event.target.blur(); return; }
    if (typing) return;
    if (event.key === "/" && search) { search.focus(); event.preventDefault(); }
    if (event.key === "j") move(1);
    if (event.key === "k") move(-1);
    if (event.key === "o" && current >= 0) {
      const details = candidates[current].querySelector("details");
      details.open = !details.open;
    }
    if (event.key === "l") {
      const other = one('input[name="language"]:not(:checked)');
      other.checked = true;
      setLanguage(other.value);
    }
  });
})();
