// Being told while the page is open: events where they come, and asking every few seconds where they do not.

const EVERY_MS = 5000;

export class Watch {
  constructor(look, isDeciding) {
    this.look = look;
    this.isDeciding = isDeciding;
    this.source = null;
    this.timer = null;
    this.seen = () => document.visibilityState === "visible" && this.look();
  }

  begin() {
    if (this.timer) return;
    this.source = new EventSource("../api/events");
    this.source.addEventListener("operations", () => this.isDeciding() || this.look());
    this.timer = setInterval(() => this.source.readyState !== EventSource.OPEN && this.look(), EVERY_MS);
    document.addEventListener("visibilitychange", this.seen);
    globalThis.addEventListener("online", this.look);
  }

  end() {
    this.source?.close();
    clearInterval(this.timer);
    this.source = this.timer = null;
    document.removeEventListener("visibilitychange", this.seen);
    globalThis.removeEventListener("online", this.look);
  }
}
