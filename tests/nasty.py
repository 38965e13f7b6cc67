"""Two hundred texts that nobody should type and somebody will: every form and every API body is fed with them."""

from typing import Any

_MARKUP = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "\"><b>gras</b>",
    "'><i>x</i>",
    "<!-- commentaire -->",
    "<![CDATA[x]]>",
    "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    "&lt;b&gt;&amp;&quot;&#39;&nbsp;&#0;",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</title></style></script>",
    "<a href='//exemple.test'>x</a>",
    "<style>*{display:none}</style>",
    "<iframe src='//exemple.test'></iframe>",
    "<base href='//exemple.test/'>",
    "<form action='//exemple.test'><input name=x>",
]  # fmt: skip
_TEMPLATES = [
    "{{ 7*7 }}",
    "{% debug %}",
    "{% load x %}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "%(nom)s",
    "%s%s%n",
    "{0.__class__}",
]
_SQL = [
    "'; DROP TABLE cai_contrat; --",
    "' OR '1'='1",
    "\" OR \"\"=\"",
    "1; SELECT pg_sleep(10)",
    "') UNION SELECT NULL--",
    "\\'; --",
    "$$x$$",
    "%' AND 1=1 AND '%'='",
    "_%_%",
    "E'\\x00'",
    "x'::text",
]  # fmt: skip
_SHELL = [
    "; ls -la",
    "$(id)",
    "`id`",
    "| cat /etc/passwd",
    "../../../../etc/passwd",
    "..\\..\\x",
    "file:///etc/passwd",
    "~root",
    "a\\",
]
_FORMULAS = [
    "=1+1",
    "+33612",
    "-2+3",
    "@SUM(A1)",
    '=HYPERLINK("http://x.test")',
    "=cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
]
_HEADERS = ["a\r\nBcc: x@exemple.test", "a\nSet-Cookie: x=1", "a%0d%0aX: y", "a\r\n\r\n<html>"]
_NUMBERS = [
    "0", "-1", "1e309", "NaN", "Infinity", "-0", "0x10", "1_000", "१२३", "٣", "½", "9" * 30, "9" * 5000, "1.7976931348623157e308",
    "2147483648", "-9223372036854775809", "00000000-0000-0000-0000-000000000000", "01/01/0001", "31/12/9999", "2011-02-30",
]  # fmt: skip
_WORDS = [
    "null", "None", "undefined", "true", "False", "nil", "NULL", "[]", "{}", "[[[[[", '{"a":1}', "\"", "'", "\\", "/", "--", ";", "`",
    "·", "«»", "’", "…", "null\\u0000", "__proto__", "constructor", "CON", ".htaccess", "%", "%00", "%c0%ae", "&", "?", "#", "+", "*",
]  # fmt: skip
_CONTROLS = [
    "\x00",
    "a\x00b",
    "\x01",
    "a\x07b",
    "a\x08b",
    "\x1b[31mrouge\x1b[0m",
    "a\x7fb",
    "a\x85b",
    "a\x9fb",
    "\x0b",
    "\x0c",
    "\x1f",
]
_INVISIBLES = [
    "\u202eelpmaxe", "a\u202db\u202c", "\u2066a\u2069", "\u200b", "\u200b\u200b\u200b", "a\u200db", "a\u200cb", "\u200e", "\u200f", "\ufeff",
    "\u2060", "\u00ad", "\u2028", "\u2029", "\u00a0", "\u3000", "\u2003", "\u1680", "\u180e", "\u061c", " ", "\t", "\n", "\r\n", "  a  ",
]  # fmt: skip
_SCRIPTS = [
    "محمد بن عبد الله", "שלום", "Ἀθηνᾶ", "Дмитрий", "王小明", "田中さくら", "김민수", "สมชาย", "நந்தினி", "अमृता", "እመቤት", "Ա", "ქართული",
    "Ame\u0301lie", "ﬁn", "Ⅷ", "ß", "İstanbul", "ıI", "Å", "Å", "ℌ", "𝕹𝖔𝖒", "ａｂｃ", "ǅ",
    "Z\u0351\u036b\u0343a\u0329\u0353l\u034d\u0320g\u0333o", "\u0301", "a" + "\u0301" * 200,
]  # fmt: skip
_SYMBOLS = [
    "😀",
    "👩‍👩‍👧‍👦",
    "🇫🇷",
    "👍🏿",
    "\U0001f600" * 300,
    "\U000e0041",
    "\ue000",
    "\ufffd",
    "\ufffe",
    "\U0010ffff",
    "€",
    "™",
    "٪",
    "﷽",
    "𒐫",
]
_LONG = [
    "x" * 101,
    "x" * 256,
    "x" * 4001,
    "x" * 70_000,
    "é" * 3000,
    "mot " * 5000,
    "\n" * 5000,
    "-" * 1000,
    "<" * 2000,
    "a@" * 200,
]
_ADDRESSES = [
    "a@b",
    "@",
    "a@b@c.fr",
    "a b@c.fr",
    "a@-b.fr",
    "é@é.fr",
    "a@127.0.0.1",
    '"a b"@c.fr',
    "a@" + "b" * 300 + ".fr",
    "+33",
    "tel:1",
]

NASTY: list[str] = [
    *_MARKUP, *_TEMPLATES, *_SQL, *_SHELL, *_FORMULAS, *_HEADERS, *_NUMBERS, *_WORDS, *_CONTROLS, *_INVISIBLES, *_SCRIPTS, *_SYMBOLS,
    *_LONG, *_ADDRESSES,
]  # fmt: skip

# A JSON body can hold half a character; a form cannot.
NASTY_JSON_ONLY = ["\ud800", "a\udfffb", "\ud83d"]

# What JSON can say besides texts, and the ends of what its texts can date.
EXTREMES: list[Any] = [
    10**11, 10**30, -(10**30), -1, 0, 2**31, 2**63, 1.5, -0.0, 1e308, float("nan"), float("inf"), True, False, None,
    [], [[]], [None], [[[[]]]], {}, {"a": {"b": [1]}}, [{}],
    "0001-01-01", "1899-12-31", "2101-01-01", "9999-12-31", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "00:00", "23:59:59.999999", "24:00",
]  # fmt: skip
