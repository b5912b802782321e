/* The desk without a mouse, and what a page that stays open asks again. Everything here also works without it. */
(() => {
  "use strict";
  const all = (query) => [...document.querySelectorAll(query)];
  const one = (query) => document.querySelector(query);

  // Counts come after the list.
  const counts = one("[data-counts]");
  if (counts) {
    fetch(counts.href, { credentials: "same-origin" }).then((answer) => (answer.ok ? answer.text() : "")).then((text) => {
      if (!text) return;
      const page = new DOMParser().parseFromString(text, "text/html");
      for (const place of all("[data-count]")) {
        const found = page.querySelector(`[data-count-of="${place.dataset.count}"]`);
        if (found) place.textContent = found.textContent;
      }
      counts.hidden = true;
      dispatchEvent(new Event("counted"));
    }).catch(() => {});
  }

  // Who else has the report open.
  const presence = one("[data-presence]");
  if (presence) {
    setInterval(() => {
      if (document.hidden) return;
      fetch(presence.dataset.presence, { credentials: "same-origin" }).then((answer) => (answer.ok ? answer.text() : null)).then((text) => {
        if (text === null || text.includes("<html")) return;
        const words = new DOMParser().parseFromString(text, "text/html").body;
        if (words.textContent.trim() !== presence.textContent.trim()) presence.replaceChildren(...words.childNodes);
      }).catch(() => {});
    }, 20000);
  }

  // What is typed is kept after a pause.
  const form = one("form[data-draft]");
  if (form) {
    let timer = 0;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const typed = new URLSearchParams();
        for (const [name, value] of new FormData(form)) if (typeof value === "string") typed.append(name, value);
        typed.append("simpan", "1");
        typed.append("otomatis", "1");
        fetch(location.href, { method: "POST", body: typed, credentials: "same-origin" }).then((answer) => {
          const mark = one("[data-saved]");
          if (mark) mark.hidden = answer.status !== 204;
        }).catch(() => {});
      }, 3000);
    });
    form.addEventListener("submit", () => clearTimeout(timer));
  }

  // Single keys, where they are wanted (WCAG 2.1.4: they can be switched off).
  if (!one("[data-keys]")) return;
  const rows = all("[data-row]");
  let here = -1;
  const go = (step) => {
    if (!rows.length) return;
    here = Math.min(Math.max(here + step, 0), rows.length - 1);
    rows.forEach((row, number) => row.classList.toggle("here", number === here));
    rows[here].querySelector("td.title a").focus();
  };
  const follow = (link) => link && link.click();
  const step = (...codes) => follow(codes.map((code) => one(`[data-step="${code}"]`)).find(Boolean));
  const row = () => rows[here];
  const keys = {
    j: () => (rows.length ? go(1) : follow(one('a[rel="next"]'))),
    k: () => (rows.length ? go(-1) : follow(one('a[rel="prev"]'))),
    x: () => row() && row().querySelector('input[type="checkbox"]').click(),
    e: () => row() && follow(row().querySelector("td.title a")),
    v: () => step("handle", "dispose_to_institution", "dispose_to_unit"),
    d: () => step("dispose_to_institution", "dispose_to_unit", "redispose"),
    r: () => step("respond", "answer", "progress"),
    "/": () => one('input[type="search"]') && one('input[type="search"]').focus(),
    "?": () => one("#keys") && one("#keys").showModal(),
  };
  document.addEventListener("focusin", (event) => {
    const found = rows.indexOf(event.target.closest("[data-row]"));
    if (found >= 0) here = found;
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("textarea, select, [contenteditable]") || (event.target.matches("input") && event.target.type !== "checkbox");
    if (typing || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || one("dialog[open]")) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
