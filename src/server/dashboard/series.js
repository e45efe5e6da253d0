// How often something happened, second by second, over the last quarter of an hour.

const SECONDS = 900;

class Series {
  constructor() {
    this.counts = new Uint32Array(SECONDS);
    this.last = 0;
  }

  /** One more at this second. */
  add(second) {
    this.advance(second);
    if (second > this.last - SECONDS) this.counts[second % SECONDS] += 1;
  }

  /** What is older than the window is forgotten. */
  advance(second) {
    if (second <= this.last) return;
    if (second - this.last >= SECONDS) this.counts.fill(0);
    else for (let at = this.last + 1; at <= second; at += 1) this.counts[at % SECONDS] = 0;
    this.last = second;
  }

  /** The seconds before `now`, summed up in so many bars. The running second is not over, and so not told. */
  bars(now, seconds, number) {
    this.advance(now);
    const each = seconds / number;
    const first = now - seconds;
    return Array.from({ length: number }, (_, bar) => {
      let sum = 0;
      for (let at = first + bar * each; at < first + (bar + 1) * each; at += 1) if (at > 0) sum += this.counts[at % SECONDS];
      return sum;
    });
  }

  clone() {
    const copy = new Series();
    copy.counts.set(this.counts);
    copy.last = this.last;
    return copy;
  }
}
