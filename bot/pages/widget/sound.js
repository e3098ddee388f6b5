// A short tone for a new message; off until the visitor wants it.

import { attempt, drawer } from "./dom.js";

export class Sound {
  #kept = drawer("switchboard:sound", attempt(() => localStorage));

  on = this.#kept.read() === "on";

  toggle() {
    this.on = !this.on;
    this.#kept.write(this.on ? "on" : "");
    this.play();
  }

  play() {
    if (!this.on) return;
    const audio = new AudioContext();
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    tone.frequency.value = 660;
    volume.gain.setValueAtTime(0.08, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.25);
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.25);
    tone.onended = () => void audio.close();
  }
}
