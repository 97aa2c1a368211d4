// Keep what is read for a time without a connection (worker.js), unless the reader saves data.
const { serviceWorker, connection } = navigator;
if (serviceWorker && !connection?.saveData) {
  const scope = `/${document.documentElement.lang}/`;
  addEventListener("load", () => serviceWorker.register("/sw.js", { scope }).catch(() => {}));
}
