"use strict";
// The page is complete without this script: it filters, sorts, draws the reads, moves by keyboard, keeps drafts of
// decisions, saves files and follows the language. Nothing is ever sent.
(() => {
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const one = (selector, root = document) => root.querySelector(selector);
  const island = (id) => JSON.parse(one("#" + id).textContent);
  const candidates = all("tbody.candidate");
  const search = one("#search");
  const shown = one("#shown");
  const texts = new Map();
  const textOf = (body) => {
    if (!texts.has(body)) texts.set(body, body.textContent.toLowerCase());
    return texts.get(body);
  };
  let current = -1;

  all("[data-needs-script]").forEach((element) => { element.hidden = false; });

  // --- language ---
  // A picture is named by the line above it: role, sample and counts, in the language of the page.
  const nameCanvas = (canvas) => {
    const words = all("strong, .sub-name", canvas.previousElementSibling)
      .map((part) => one(`[lang="${document.documentElement.lang}"]`, part) || part);
    canvas.setAttribute("aria-label", words.map((part) => part.textContent).join(" "));
  };
  const setLanguage = (language) => {
    document.documentElement.lang = language;
    document.title = document.body.getAttribute("data-title-" + language);
    all("[data-fr]").forEach((element) => { element.textContent = element.getAttribute("data-" + language); });
    all("details[open] canvas.pile").forEach(nameCanvas);
  };
  all('input[name="language"]').forEach((input) => {
    input.addEventListener("change", () => { setLanguage(input.value); keepState(); });
    if (input.checked) setLanguage(input.value);
  });
  const chooseLanguage = (language) => {
    const input = one("#language-" + language);
    if (input && !input.checked) { input.checked = true; setLanguage(language); }
  };

  // --- filter and sort ---
  const ticked = (selector) => { const box = one(selector); return Boolean(box && box.checked); };
  const filter = () => {
    if (!search) return;
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const classes = new Set(all(".class-filter:checked").map((box) => box.value));
    const shelfBoxes = all(".shelf-filter");
    const shelves = new Set(all(".shelf-filter:checked").map((box) => box.value));
    const kinds = new Set(all(".kind-filter:checked").map((box) => box.value));
    const least = Number(one("#hpo-least").value) || 0;
    const offPanel = ticked("#hide-off-panel"), changed = ticked("#only-changed"), flagged = ticked("#hide-flagged");
    const wanted = new Set(candidates.filter((body) => {
      const data = body.dataset;
      return classes.has(data.class) && kinds.has(data.kind)
        && (!shelfBoxes.length || shelves.has(data.shelf) || data.shelf === "none")
        && !(offPanel && data.tier === "off_panel")
        && !(changed && data.changed === "no")
        && !(flagged && data.flagged === "yes")
        && (least <= 0 || Number(data.hpo) >= least)
        && (!words.length || words.every((word) => textOf(body).includes(word)));
    }));
    shown.textContent = String(wanted.size);
    // What goes, goes at once; of what comes, the first rows at once and the others right after, so that typing is
    // never held up by rows far below.
    waiting = [];
    all("table.candidates > tbody").forEach((body) => {
      const heading = body.classList.contains("pair-heading");
      const visible = heading ? membersOf(body).some((member) => wanted.has(member)) : wanted.has(body);
      if (!visible) body.hidden = true;
      else if (body.hidden) waiting.push(body);
    });
    showWaiting();
    keepState();
  };
  const AT_ONCE = 25;
  let waiting = [], next = 0;
  const showWaiting = (count = AT_ONCE) => {
    clearTimeout(next);
    waiting.splice(0, count).forEach((body) => { body.hidden = false; });
    if (waiting.length) next = setTimeout(showWaiting, 0);
  };
  const membersOf = (heading) => {
    const found = [];
    let body = heading.nextElementSibling;
    while (body && body.classList.contains("rail") && !body.classList.contains("pair-heading")) {
      found.push(body);
      body = body.nextElementSibling;
    }
    return found;
  };
  // What is read together stays together: a compound pair moves with its heading.
  const blocks = [];
  all("table.candidates > tbody").forEach((body) => {
    if (body.classList.contains("pair-heading")) blocks.push([body, ...membersOf(body)]);
    else if (!body.classList.contains("rail")) blocks.push([body]);
  });
  const sorters = {
    rank: (body) => Number(body.dataset.rank), gene: (body) => body.dataset.gene,
    class: (body) => body.dataset.class, frequency: (body) => Number(body.dataset.frequency),
    hpo: (body) => -Number(body.dataset.hpo), points: (body) => -Number(body.dataset.points),
  };
  let sorting = "rank", descending = false;
  const sort = () => {
    const table = one("table.candidates");
    if (!table) return;
    const key = sorters[sorting];
    const value = (block) => block.filter((body) => !body.classList.contains("pair-heading")).map(key)
      .reduce((best, next) => (next < best ? next : best));
    const order = blocks.map((block, place) => ({ block, place, value: value(block) }));
    order.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0) * (descending ? -1 : 1) || a.place - b.place);
    order.forEach(({ block }) => block.forEach((body) => table.appendChild(body)));
    all("th[data-sort]").forEach((header) => {
      const own = header.dataset.sort === sorting;
      header.setAttribute("aria-sort", own ? (descending ? "descending" : "ascending") : "none");
    });
  };
  all("th[data-sort]").forEach((header) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sorter";
    // Browsers leave buttons out of a head that is repeated on paper: its words stand there once more.
    const paper = document.createElement("span");
    paper.className = "paper-head";
    paper.append(...Array.from(header.childNodes, (node) => node.cloneNode(true)));
    button.append(...header.childNodes);
    header.append(button, paper);
    header.setAttribute("aria-sort", header.dataset.sort === "rank" ? "ascending" : "none");
    button.addEventListener("click", () => {
      descending = sorting === header.dataset.sort && !descending;
      sorting = header.dataset.sort;
      sort();
      keepState();
    });
  });

  // --- state in the address, so that a view can be shared and found again ---
  const keepState = () => {
    if (!ready) return;
    const state = new URLSearchParams();
    if (search && search.value) state.set("q", search.value);
    const off = all(".class-filter:not(:checked), .shelf-filter:not(:checked), .kind-filter:not(:checked)").map((box) => box.value);
    if (off.length) state.set("off", off.join(","));
    const on = all("#hide-off-panel, #only-changed, #hide-flagged").filter((box) => box.checked).map((box) => box.id);
    if (on.length) state.set("on", on.join(","));
    if (search && Number(one("#hpo-least").value) > 0) state.set("hpo", one("#hpo-least").value);
    if (sorting !== "rank" || descending) state.set("sort", (descending ? "-" : "") + sorting);
    state.set("l", document.documentElement.lang);
    if (current >= 0) {
      state.set("at", candidates[current].id);
      if (one("details", candidates[current]).open) state.set("open", "1");
    }
    history.replaceState(null, "", "#" + state.toString());
  };
  const readState = () => {
    const text = location.hash.slice(1);
    if (!text.includes("=")) return;
    const state = new URLSearchParams(text);
    if (["fr", "en"].includes(state.get("l"))) chooseLanguage(state.get("l"));
    if (!search) return;
    search.value = state.get("q") || "";
    const off = new Set((state.get("off") || "").split(","));
    all(".class-filter, .shelf-filter, .kind-filter").forEach((box) => { box.checked = !off.has(box.value); });
    const on = new Set((state.get("on") || "").split(","));
    all("#hide-off-panel, #only-changed, #hide-flagged").forEach((box) => { box.checked = on.has(box.id); });
    if (state.get("hpo")) one("#hpo-least").value = state.get("hpo");
    const wanted = state.get("sort") || "rank";
    descending = wanted.startsWith("-");
    sorting = wanted.replace("-", "") in sorters ? wanted.replace("-", "") : "rank";
    if (sorting !== "rank" || descending) sort();
    const at = candidates.findIndex((body) => body.id === state.get("at"));
    if (at >= 0) {
      current = at;
      candidates[at].classList.add("current");
      if (state.get("open")) one("details", candidates[at]).open = true;
      candidates[at].scrollIntoView({ block: state.get("open") ? "start" : "nearest" });
    }
  };
  let ready = false;

  if (search) {
    search.addEventListener("input", filter);
    all(".class-filter, .shelf-filter, .kind-filter, #hide-off-panel, #only-changed, #hide-flagged, #hpo-least")
      .forEach((box) => box.addEventListener("input", filter));
    const openAll = (open) => all(".detail-row > td > details").forEach((details) => { details.open = open; });
    one("#open-all").addEventListener("click", () => openAll(true));
    one("#close-all").addEventListener("click", () => openAll(false));
  }

  // --- reads (packed as model/packed_reads.py says) ---
  const ALPHABET = Array.from({ length: 94 }, (_, place) => String.fromCharCode(33 + place))
    .filter((letter) => !"\"&'<>\\`,|;".includes(letter)).join("");
  const VALUE = new Map(Array.from(ALPHABET, (letter, place) => [letter, place]));
  const COLOURS = { A: "#009e73", C: "#0072b2", G: "#b57f00", T: "#d55e00", N: "#6b7680" };
  let pictures = null;
  const draw = (canvas) => {
    pictures = pictures || island("pictures");
    const picture = pictures[canvas.closest("tbody.candidate").id];
    const member = picture && picture.m[Number(canvas.dataset.member)];
    if (!member) return;
    const width = picture.r.length, base = Math.max(2, (canvas.parentElement.clientWidth - 4) / width);
    const row = 5, track = 30, sharp = window.devicePixelRatio || 1;
    const lines = [];
    let place = 0;
    const digits = width + 2 <= ALPHABET.length ? 1 : 2;
    const number = (count = 1) => {
      let value = 0;
      for (let step = 0; step < count; step += 1) value = value * ALPHABET.length + VALUE.get(member.t[place++]);
      return value;
    };
    while (place < member.t.length) {
      const segments = [];
      for (let left = number(); left > 0; left -= 1) {
        const segment = { first: number(digits) - 1, last: number(digits) - 1, flags: number(), events: [] };
        for (let rest = number(); rest > 0; rest -= 1) {
          const kind = member.t[place++];
          segment.events.push({ kind, at: number(digits) - 1, size: "-+()".includes(kind) ? number() : 1 });
        }
        segments.push(segment);
      }
      lines.push(segments);
    }
    const height = track + 4 + lines.length * row + 2;
    canvas.width = Math.round(width * base * sharp);
    canvas.height = Math.round(height * sharp);
    canvas.style.setProperty("width", width * base + "px");
    canvas.style.setProperty("height", height + "px");
    const pen = canvas.getContext("2d");
    pen.scale(sharp, sharp);
    const box = (colour, x, y, w, h) => { pen.fillStyle = colour; pen.fillRect(x, y, w, h); };
    box("#ffffff", 0, 0, width * base, height);
    const scale = (track - 2) / Math.max(1, member.x);
    Array.from(member.d).forEach((letter, at) => {
      const deep = VALUE.get(letter) / (ALPHABET.length - 1) * member.x * scale;
      box("#b9c4ce", at * base, track - deep, base, deep);
    });
    member.v.split(",").filter(Boolean).forEach((item) => {
      const [at, letter, share] = item.split(":");
      const deep = VALUE.get(member.d[Number(at)]) / (ALPHABET.length - 1) * member.x * scale * Number(share) / 100;
      box(COLOURS[letter] || "#1b2733", Number(at) * base, track - deep, base, deep);
    });
    lines.forEach((segments, line) => {
      const y = track + 4 + line * row;
      segments.forEach((segment) => {
        pen.globalAlpha = segment.flags & 24 ? 0.4 : 1;
        const first = Math.max(segment.first, 0), last = Math.min(segment.last, width - 1);
        box(segment.flags & 1 ? "#a9cbe6" : "#f0bfae", first * base, y, (last - first + 1) * base, row - 1);
        segment.events.forEach(({ kind, at, size }) => {
          if (kind === "-") box("#1b2733", at * base, y + 1.5, size * base, 1.2);
          else if (kind === "+") box("#8a3a68", at * base - 1, y - 0.5, 2.5, row);
          else if (kind === "(" || kind === ")") box("#e69f00", kind === "(" ? at * base : at * base - 2, y, 2, row - 1);
          else {
            pen.globalAlpha = kind === kind.toLowerCase() ? 0.4 : 1;
            box(COLOURS[kind.toUpperCase()] || "#6b7680", at * base, y, base, row - 1);
          }
        });
        pen.globalAlpha = 1;
      });
    });
    // The place of the allele.
    pen.strokeStyle = "#1b2733";
    pen.lineWidth = 0.8;
    pen.setLineDash([2, 2]);
    pen.strokeRect(picture.p * base - 0.5, 0.5, Math.max(1, picture.l) * base + 1, height - 1);
  };
  const drawNow = (canvas) => {
    if (canvas.dataset.drawn) return;
    canvas.dataset.drawn = "yes";
    draw(canvas);
  };
  // A picture is drawn when it comes near the window; its room is kept, so that nothing jumps.
  const near = new IntersectionObserver((entries) => entries.forEach((entry) => {
    if (entry.isIntersecting) { near.unobserve(entry.target); drawNow(entry.target); }
  }), { rootMargin: "600px" });
  const drawIn = (root, now = false) => all("canvas.pile:not([data-drawn])", root).forEach((canvas) => {
    if (now) { drawNow(canvas); return; }
    pictures = pictures || island("pictures");
    nameCanvas(canvas);
    const member = pictures[canvas.closest("tbody.candidate").id].m[Number(canvas.dataset.member)];
    canvas.style.setProperty("height", 36 + (member ? member.n : 0) * 5 + "px");
    near.observe(canvas);
  });

  // --- all fields of a candidate, and the downloads, out of one table ---
  let table = null;
  const fields = () => {
    if (!table) {
      // Equal cells are stored once.
      const { columns, values, rows } = island("fields");
      table = { columns, rows: rows.map((row) => row.map((place) => values[place])) };
    }
    return table;
  };
  const showFields = (details) => {
    if (one("table", details)) return;
    details.append(one("#fields-table").content.cloneNode(true));
    const body = one("tbody", details);
    const { columns, rows } = fields();
    rows[Number(details.dataset.row)].forEach((value, place) => {
      const line = document.createElement("tr");
      const name = document.createElement("th");
      name.scope = "row";
      name.className = "mono";
      name.textContent = columns[place];
      const cell = document.createElement("td");
      cell.className = "mono";
      cell.textContent = value;
      line.append(name, cell);
      body.append(line);
    });
  };
  const save = (name, type, content) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  const family = document.body.dataset.family;
  all("[data-download]").forEach((button) => button.addEventListener("click", () => {
    const { columns, rows } = fields();
    // A cell that a spreadsheet would take for a formula is quoted, as the command quotes it.
    const cell = (value) => (value.length > 1 && /^[=+\-@\t\r]/.test(value) ? "'" + value : value).replace(/[\t\r\n]+/g, " ");
    if (button.dataset.download === "tsv") {
      save(family + ".rcp.page.tsv", "text/tab-separated-values",
        [columns, ...rows].map((line) => line.map(cell).join("\t")).join("\n") + "\n");
    } else {
      save(family + ".rcp.page.json", "application/json",
        JSON.stringify(rows.map((line) => Object.fromEntries(columns.map((name, at) => [name, line[at]]))), null, 1));
    }
  }));

  all(".detail-row > td > details").forEach((details) => details.addEventListener("toggle", () => {
    if (details.open) drawIn(details);
  }));
  all(".detail-row > td > details[open]").forEach((details) => drawIn(details));
  all("details.all-fields").forEach((details) => details.addEventListener("toggle", () => {
    if (details.open) showFields(details);
  }));
  all(".copy-name").forEach((button) => button.addEventListener("click", () => {
    const name = button.previousElementSibling;
    const range = document.createRange();
    range.selectNodeContents(name);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    if (navigator.clipboard) navigator.clipboard.writeText(name.textContent).catch(() => {});
  }));

  // --- decisions: drafts stay in this browser where it allows it; a file is made by the button alone ---
  const forms = all("div.decide");
  const drafts = "filiation:" + family + ":" + document.body.dataset.run;
  const entries = new Map();
  const decided = () => forms.map((form) => entries.get(form))
    .filter((entry) => entry && (entry.decision || entry.reason || entry.note));
  const counted = () => {
    const count = one("#decision-count");
    if (count) count.textContent = String(decided().length);
  };
  // A form is made when its detail opens: two hundred of them would hold up the page.
  const makeForm = (form) => {
    if (!form || form.childElementCount) return;
    form.append(one("#decision-form").content.cloneNode(true));
    const entry = entries.get(form) || { decision: "", reason: "", note: "" };
    all("input", form).forEach((input) => {
      input.name = "decision-" + forms.indexOf(form);
      input.checked = input.value === entry.decision;
    });
    one("select", form).value = entry.reason;
    one("textarea", form).value = entry.note;
    all("[data-fr]", form).forEach((part) => {
      part.textContent = part.getAttribute("data-" + document.documentElement.lang);
    });
    form.addEventListener("input", () => {
      entries.set(form, {
        variant: form.dataset.variant, gene: form.dataset.gene,
        decision: (one("input:checked", form) || {}).value || "",
        reason: one("select", form).value, note: one("textarea", form).value.trim(),
      });
      try { localStorage.setItem(drafts, JSON.stringify(decided())); } catch (error) { /* as below */ }
      counted();
    });
  };
  try {
    JSON.parse(localStorage.getItem(drafts) || "[]").forEach((entry) => forms
      .filter((form) => form.dataset.variant === entry.variant && form.dataset.gene === entry.gene)
      .forEach((form) => { entries.set(form, entry); }));
  } catch (error) { /* A browser may refuse storage to a local file: drafts then last as long as the page. */ }
  all(".detail-row > td > details").forEach((details) => {
    const make = () => { if (details.open) makeForm(one("div.decide", details)); };
    details.addEventListener("toggle", make);
    make();
  });
  counted();
  const saver = one("#save-decisions");
  if (saver) saver.addEventListener("click", () => save(family + ".decisions.json", "application/json", JSON.stringify({
    schema: "filiation-decisions/1", family, run: document.body.dataset.run, decisions: decided(),
  }, null, 1) + "\n"));

  // --- print ---
  let opened = [];
  addEventListener("beforeprint", () => {
    showWaiting(waiting.length);
    if (document.documentElement.classList.contains("print-list")) return;
    opened = all("tbody.candidate:not([data-shelf='C']) .detail-row > td > details:not([open])");
    opened.forEach((details) => { details.open = true; drawIn(details, true); });
    all(".detail-row > td > details[open]").forEach((details) => drawIn(details, true));
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

  // --- keyboard ---
  const move = (step) => {
    const visible = all("tbody.candidate").filter((body) => !body.hidden);
    if (!visible.length) return;
    const place = visible.indexOf(candidates[current]);
    const next = visible[Math.min(visible.length - 1, Math.max(0, place + step))];
    if (current >= 0) candidates[current].classList.remove("current");
    current = candidates.indexOf(next);
    next.classList.add("current");
    next.scrollIntoView({ block: "nearest" });
    one("summary", next).focus({ preventScroll: true });
    keepState();
  };
  const toggle = () => {
    if (current < 0) return;
    const details = one("details", candidates[current]);
    details.open = !details.open;
  };
  const help = one("#help");
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const typing = event.target.matches("input:not([type='checkbox']):not([type='radio']), textarea, select");
    if (typing) { if (event.key === "Escape") event.target.blur(); return; }
    const free = !event.target.matches("summary, button, a, input");
    if (event.key === "/" && search) { search.focus(); event.preventDefault(); }
    else if (event.key === "j" || (event.key === "ArrowDown" && free && current >= 0)) { move(1); event.preventDefault(); }
    else if (event.key === "k" || (event.key === "ArrowUp" && free && current >= 0)) { move(-1); event.preventDefault(); }
    else if (event.key === "o" || (event.key === "Enter" && free)) toggle();
    else if (event.key === "x" && current >= 0) {
      one("details", candidates[current]).open = true;
      makeForm(one("div.decide", candidates[current]));
      const choice = one("div.decide input", candidates[current]);
      if (choice) choice.focus();
    } else if (event.key === "l") { chooseLanguage(one('input[name="language"]:not(:checked)').value); keepState(); }
    else if (event.key === "p") print();
    else if (event.key === "?" && help) help.open = !help.open;
  });

  readState();
  filter();
  ready = true;
  document.documentElement.dataset.ready = "yes";
})();
