// Small help where a browser runs scripts; every page works without it. Words come from the page, in its language.

// Copy a number or a code.
for (const place of document.querySelectorAll("[data-copy]")) {
  const code = place.querySelector(".secret-code");
  if (!code || !navigator.clipboard) continue;
  const said = document.createElement("span");
  said.className = "unseen";
  said.setAttribute("role", "status");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "second small copy";
  button.textContent = place.dataset.copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent);
    said.textContent = button.textContent = place.dataset.copied;
    setTimeout(() => { button.textContent = place.dataset.copy; }, 3000);
  });
  code.after(button, said);
}

// A case code that is shown once is not lost by a slip of the finger.
let kept = !document.querySelector("[data-keep]");
addEventListener("beforeunload", (event) => { if (!kept) event.preventDefault(); });
addEventListener("submit", () => { kept = true; });

// Leave quickly: by the link, or by Shift three times; "back" does not come here again.
const way = document.querySelector("a.exit");
if (way) {
  const leave = (event) => {
    event?.preventDefault();
    kept = true;
    document.documentElement.hidden = true;
    location.replace(way.href);
  };
  let presses = 0, last = 0;
  way.addEventListener("click", leave);
  addEventListener("keyup", (event) => {
    const now = Date.now();
    presses = event.key === "Shift" && now - last < 2000 ? presses + 1 : event.key === "Shift" ? 1 : 0;
    last = now;
    if (presses === 3) leave();
  });
}

// A folded part that was opened stays open on this device; only its name is kept.
for (const part of document.querySelectorAll("details[data-memory]")) {
  const name = `lapor.${part.dataset.memory}`;
  try {
    if (localStorage.getItem(name)) part.open = true;
    part.addEventListener("toggle", () => part.open ? localStorage.setItem(name, "1") : localStorage.removeItem(name));
  } catch { /* no storage here: nothing to remember */ }
}

// Of a row of tabs that is wider than a telephone, the one that is open is in sight, also once counts have made it wider.
const show = () => { for (const tab of document.querySelectorAll(".tabs [aria-current]")) tab.closest(".tabs").scrollLeft = tab.offsetLeft - 16; };
show();
addEventListener("counted", show);
