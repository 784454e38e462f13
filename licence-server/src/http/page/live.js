// Looking again and again without a storm: one request at a time, only while somebody can see the page, and
// less often while the server cannot answer.

const EVERY_MILLIS = 5_000;
const EVERY_MILLIS_MAX = 80_000;

/** Something that is looked at anew while it is shown. */
export class Live {
  #look;
  #timer;
  #pause = EVERY_MILLIS;
  #looking;
  #isOn = false;

  /** @param {() => Promise<void>} look shows what there is now; throws where it cannot */
  constructor(look) {
    this.#look = look;
    document.addEventListener("visibilitychange", () => this.#isOn && this.now());
  }

  /** Begins, and goes on until `stop`. */
  start() {
    this.#isOn = true;
    return this.now();
  }

  stop() {
    this.#isOn = false;
    clearTimeout(this.#timer);
  }

  /** Looks at once; after a look that is under way, which may have begun before what was just done. */
  async now() {
    clearTimeout(this.#timer);
    await this.#looking;
    if (!this.#isOn || document.hidden || this.#looking) return;
    this.#looking = this.#once();
    await this.#looking;
  }

  async #once() {
    try {
      await this.#look();
      this.#pause = EVERY_MILLIS;
    } catch {
      this.#pause = Math.min(2 * this.#pause, EVERY_MILLIS_MAX);
    }
    this.#looking = undefined;
    clearTimeout(this.#timer);
    if (this.#isOn && !document.hidden) this.#timer = setTimeout(() => this.now(), this.#pause);
  }
}
