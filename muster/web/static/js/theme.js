// Runs before the page is drawn, so that a remembered theme never flashes.
(() => {
  try {
    const theme = localStorage.getItem("muster-theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage may be closed; then the system's choice holds.
  }
})();
