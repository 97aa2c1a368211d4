// Keys of one letter, one at a time, so whoever speaks to the computer or trembles can switch them off
// (WCAG 2.1.4): for the queue and for the screen of one inquiry alike.
const KEYS_OFF = "queue-keys-off";
const dialog = document.getElementById("keys");
const keysOn = document.getElementById("keys-on");
const showKeys = document.getElementById("show-keys");

keysOn.checked = localStorage.getItem(KEYS_OFF) === null;
keysOn.addEventListener("change", () => {
  if (keysOn.checked) localStorage.removeItem(KEYS_OFF);
  else localStorage.setItem(KEYS_OFF, "1");
});
showKeys.hidden = false;
showKeys.addEventListener("click", () => dialog.showModal());

// With a Korean keyboard, the key says ㅓ where its place says J.
function pressed(event) {
  if (/^[ -~]$/.test(event.key)) return event.key.toLowerCase();
  return event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key;
}

// Do what a key stands for, never while somebody types; `repeating` may be held down.
export function listen(keys, repeating = "") {
  const known = { ...keys, "?": () => dialog.showModal() };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
    if (typing || dialog.open || !keysOn.checked || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = known[pressed(event)];
    if (!act) return;
    event.preventDefault();
    if (!event.repeat || repeating.includes(pressed(event))) act();
  });
}
