// Offers while a name is typed: the page asks the address that the field names, and a choice sends its own key instead of the words.
// Without this the words are sent, and the server offers what fits on the next page.

for (const input of document.querySelectorAll("input[data-offers]")) {
  const { name } = input;
  const list = document.createElement("ul");
  const key = Object.assign(document.createElement("input"), { type: "hidden", name });
  list.id = `${input.id}_offers`;
  list.className = "typing";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0]?.textContent ?? "");
  input.after(list);
  input.autocomplete = "off";
  for (const [attribute, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) input.setAttribute(attribute, value);
  let active = -1, waiting = 0, asked = null;

  const mark = (number) => {
    active = number;
    [...list.children].forEach((row, place) => row.setAttribute("aria-selected", String(place === number)));
    const row = list.children[number];
    if (row) input.setAttribute("aria-activedescendant", row.id); else input.removeAttribute("aria-activedescendant");
    row?.scrollIntoView({ block: "nearest" });
  };
  const show = (rows) => {
    list.replaceChildren(...rows.map(({ value, label }, number) => {
      const row = document.createElement("li");
      row.id = `${list.id}_${number}`;
      row.dataset.value = value;
      row.textContent = label;
      row.setAttribute("role", "option");
      return row;
    }));
    list.hidden = !rows.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    mark(-1);
  };
  const close = () => { clearTimeout(waiting); asked?.abort(); show([]); };
  const choose = (row) => {
    input.value = row.textContent;
    key.value = row.dataset.value;
    input.removeAttribute("name");
    input.after(key);
    close();
  };
  const ask = async () => {
    asked = new AbortController();
    try {
      const answer = await fetch(`${input.dataset.offers}?q=${encodeURIComponent(input.value.trim())}`, { signal: asked.signal });
      if (answer.ok && document.activeElement === input) show((await answer.json()).offers);
    } catch { /* a bad line: the server offers on the next page */ }
  };

  input.addEventListener("input", () => {
    key.remove();
    input.name = name;
    for (const box of document.getElementsByName(name)) box.checked = 0;
    close();
    if (input.value.trim().length > 1) waiting = setTimeout(ask, 200);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const count = list.children.length, moves = { ArrowDown: active + 1, ArrowUp: active < 1 ? count - 1 : active - 1 };
    if (event.key in moves) mark(moves[event.key] % count);
    else if (event.key === "Enter" && active >= 0) choose(list.children[active]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => { const row = event.target.closest("li"); if (row) choose(row); });
}
