// Why a passkey did not come about, said where the button is. Words come from the page, in its language.
const SAID = { NotAllowedError: "silent", AbortError: "silent", TimeoutError: "silent", InvalidStateError: "known" };

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const place = document.querySelector("[data-passkey]");
  const words = document.createElement("p");
  words.textContent = place.dataset[SAID[event.detail.exception.name] ?? "address"];
  place.hidden = false;
  place.replaceChildren(words);
});
