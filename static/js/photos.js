// Photos are made smaller before they are sent. What cannot be read, is no photo or would not shrink goes as it was chosen.

const LONGEST = 1600, HEAVY = 1_000_000, QUALITIES = [0.82, 0.6];
const PHOTO = /^image\/(jpeg|png|webp|avif|hei[cf])$/;

async function smaller(file) {
  if (!PHOTO.test(file.type)) return file;
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  if (scale === 1 && file.size <= HEAVY) return file;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff"; // where the picture is transparent
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.imageSmoothingQuality = "high";
  brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  let found;
  for (const quality of QUALITIES) {
    found = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
    if (found && found.size <= HEAVY) break;
  }
  if (!found || found.size >= file.size) return file;
  return new File([found], file.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg", lastModified: file.lastModified });
}

const size = (files) => (files.reduce((sum, file) => sum + file.size, 0) / 1e6).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });

for (const input of document.querySelectorAll("input[type=file][data-shrinking]")) {
  const said = document.createElement("p");
  said.className = "hint";
  said.setAttribute("role", "status");
  input.after(said);
  let turn = 0, work = null;

  const shrink = async (mine) => {
    const chosen = [...input.files], kept = new DataTransfer();
    for (const [number, file] of chosen.entries()) {
      said.textContent = input.dataset.shrinking.replace("%(number)s", number + 1).replace("%(count)s", chosen.length);
      const sent = await smaller(file).catch(() => file);
      if (mine !== turn) return; // other files were chosen meanwhile
      kept.items.add(sent);
    }
    const after = [...kept.files];
    const isLess = after.some((file, number) => file !== chosen[number] && file.size < chosen[number].size);
    if (isLess) input.files = kept.files;
    said.textContent = isLess ? input.dataset.shrunk.replace("%(after)s", size(after)).replace("%(before)s", size(chosen)) : "";
  };

  input.addEventListener("change", () => {
    const mine = ++turn;
    work = shrink(mine).catch(() => { said.textContent = ""; }).finally(() => { if (mine === turn) work = null; });
  });
  input.form?.addEventListener("submit", (event) => { // whoever is quicker than the shrinking waits for it
    if (!work) return;
    event.preventDefault();
    work.then(() => input.form.requestSubmit(event.submitter));
  });
}
