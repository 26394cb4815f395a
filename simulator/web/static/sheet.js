// The browser's own print dialogue.
document.getElementById("print").addEventListener("click", () => window.print());
