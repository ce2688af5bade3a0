/** SHA-256 of a text's UTF-8 bytes, as 64 hexadecimal digits (FIPS 180-4, section 6.2). */
export function sha256(text: string): string {
  const message = new TextEncoder().encode(text);
  const length = message.length;
  const padded = new Uint8Array(Math.ceil((length + 9) / 64) * 64);
  padded.set(message);
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(length / 2 ** 29));
  view.setUint32(padded.length - 4, (length << 3) >>> 0);
  const hash = Uint32Array.from(INITIAL);
  const schedule = new Uint32Array(64);
  for (let offset = 0; offset < padded.length; offset += 64) {
    for (let t = 0; t < 16; t++) schedule[t] = view.getUint32(offset + 4 * t);
    for (let t = 16; t < 64; t++) schedule[t] = expand(schedule, t);
    compress(hash, schedule);
  }
  return [...hash].map((word) => word.toString(16).padStart(8, '0')).join('');
}

function expand(schedule: Uint32Array, t: number): number {
  const early = at(schedule, t - 15);
  const late = at(schedule, t - 2);
  const s0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
  const s1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
  return s1 + at(schedule, t - 7) + s0 + at(schedule, t - 16);
}

function compress(hash: Uint32Array, schedule: Uint32Array): void {
  const state = Uint32Array.from(hash);
  for (let t = 0; t < 64; t++) {
    const [a, b, c, e, f, g, h] = [at(state, 0), at(state, 1), at(state, 2), at(state, 4), at(state, 5), at(state, 6), at(state, 7)];
    const choose = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const t1 = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choose + at(ROUND, t) + at(schedule, t);
    const t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority;
    state.copyWithin(1, 0, 7);
    state[4] = at(state, 4) + t1;
    state[0] = t1 + t2;
  }
  for (let index = 0; index < 8; index++) hash[index] = at(hash, index) + at(state, index);
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function at(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

/** The first `count` primes. */
function primes(count: number): number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate++) if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  return found;
}

/** The first 32 bits of the fractional part. */
function fraction(value: number): number {
  return Math.floor((value - Math.floor(value)) * 2 ** 32) >>> 0;
}

/** Square roots of the first 8 primes (FIPS 180-4, section 5.3.3), cube roots of the first 64 (section 4.2.2). */
const INITIAL = Uint32Array.from(primes(8), (prime) => fraction(Math.sqrt(prime)));
const ROUND = Uint32Array.from(primes(64), (prime) => fraction(Math.cbrt(prime)));
