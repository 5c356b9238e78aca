// The desk's keyboard, the source of a sentence, and the check of a text while it is edited. Everything works without.
"use strict";

const KEEP = "borrador.shortcuts";
const shortcutsOn = () => localStorage.getItem(KEEP) !== "off";

function setUpHelp() {
  const dialog = document.getElementById("keys");
  if (!dialog) return;
  const open = document.querySelector("[data-open=keys]");
  open.hidden = false;
  open.addEventListener("click", () => dialog.showModal());
  const box = document.getElementById("keys-on");
  box.checked = shortcutsOn();
  box.addEventListener("change", () => localStorage.setItem(KEEP, box.checked ? "on" : "off"));
}

function move(step) {
  const links = [...document.querySelectorAll(".row-link")];
  if (!links.length) return;
  const now = links.indexOf(document.activeElement);
  const next = now < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(now + step, 0), links.length - 1);
  links[next].focus();
}

function openPart(id, field) {
  const part = document.getElementById(id);
  if (!part) return;
  part.open = true;
  part.querySelector(field).focus();
}

const PLACES = { b: "/console", p: "/console/try", e: "/console/experts" };
const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  n: () => document.querySelector("a[rel=next]")?.click(),
  f: () => document.querySelector(".filters select")?.focus(),
  e: () => document.querySelector(".editor textarea")?.focus(),
  x: () => openPart("ask", "textarea"),
  i: () => openPart("ignore", "select"),
  "?": () => document.querySelector("[data-open=keys]")?.click(),
};
let going = false;

function onKey(event) {
  const field = event.target.closest("input, textarea, select, dialog");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches(".editor textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit(event.target.form.querySelector("button[name=decision]"));
    return;
  }
  if (event.key === "Escape" && event.target.matches("textarea")) event.target.blur();
  if (field || event.ctrlKey || event.metaKey || event.altKey || !shortcutsOn()) return;
  if (going) {
    going = false;
    if (PLACES[event.key]) location.assign(PLACES[event.key]);
    return;
  }
  if (event.key === "g") {
    going = true;
    setTimeout(() => { going = false; }, 1500);
    return;
  }
  const act = KEYS[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
}

function setUpSources() {
  for (const sentence of document.querySelectorAll("[data-shows]")) {
    const place = sentence.closest("section").querySelector("[data-source-now]");
    const shown = document.getElementById(sentence.dataset.shows);
    const evidence = document.getElementById(sentence.dataset.evidence || "");
    const on = (is) => () => {
      sentence.classList.toggle("on", is);
      evidence?.classList.toggle("on", is);
      if (is) place.textContent = shown.textContent.trim();
    };
    for (const name of ["mouseenter", "focus"]) sentence.addEventListener(name, on(true));
    for (const name of ["mouseleave", "blur"]) sentence.addEventListener(name, on(false));
  }
}

function show(form, report) {
  const box = form.querySelector("[data-findings]");
  const length = form.querySelector("[data-length]");
  form.querySelector("[data-now]").textContent = report.length;
  const limit = form.querySelector("[data-limit]");
  limit.textContent = limit.textContent || form.querySelector("[name=draft]") ? report.limit : ` / ${report.limit}`;
  length.classList.toggle("over", report.length > report.limit);
  const list = document.createElement("ul");
  list.className = "findings";
  for (const one of report.findings) {
    const item = document.createElement("li");
    item.className = one.advice ? "advice" : "fails";
    const kind = document.createElement("strong");
    kind.textContent = one.advice ? box.dataset.advice : box.dataset.fails;
    const rule = document.createElement("code");
    rule.textContent = one.rule;
    item.append(kind, " ", rule, `: ${one.message}`);
    if (one.words) {
      const words = document.createElement("mark");
      words.textContent = one.words;
      item.append(" — «", words, "»");
    }
    list.append(item);
  }
  box.replaceChildren(report.findings.length ? list : box.dataset.ok);
  box.dataset.state = report.passed ? "passed" : "failed";
}

function setUpEditor(form) {
  const text = form.querySelector("textarea");
  const box = form.querySelector("[data-findings]");
  let timer = 0;
  let asked = 0;
  const check = async () => {
    const number = ++asked;
    const body = new URLSearchParams({ text: text.value, audience: form.elements.audience.value });
    if (form.elements.customer_name) body.set("customer_name", form.elements.customer_name.value);
    try {
      const response = await fetch(form.dataset.check, { method: "POST", body });
      if (!response.ok) throw new Error(String(response.status));
      const report = await response.json();
      if (number === asked) show(form, report);
    } catch {
      if (number === asked) box.replaceChildren(box.dataset.away);
    }
  };
  text.addEventListener("input", () => {
    clearTimeout(timer);
    box.dataset.state = "waiting";
    timer = setTimeout(check, 350);
  });
}

document.addEventListener("keydown", onKey);
setUpHelp();
setUpSources();
document.querySelectorAll("form[data-check]").forEach(setUpEditor);
