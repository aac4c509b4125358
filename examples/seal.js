// SPDX-License-Identifier: Apache-2.0
// Makes what a client of the identity API sends, in a browser or in Node 18, without any dependency:
//   liveness_file    bonafideSeal.livenessFile(frames, options)  -> Uint8Array, see docs/liveness-container.md
//   encrypted_image  bonafideSeal.encryptedImage(photo, options) -> string
// The defaults of keys are public values for a first try; use your own, and TLS.
//
// In Node: node seal.js OUT.bin PICTURE...
'use strict';

(function (root) {
    const webcrypto = root.crypto && root.crypto.subtle ? root.crypto : require('node:crypto').webcrypto;
    const defaults = {
        livenessKey: '6f1d0c5ab0c84e1f9a3377e2c4d85b90', // BONAFIDE_LIVENESS_KEY, 32 characters
        photoKey: 'dcbbad6765e14139a07d34b92292a672', // PARAM_DECRYPT_KEY, 32 characters
        photoIv: 'df25d188a061', // PARAM_DECRYPT_IV, 12 characters
    };
    const framesMax = 16;

    function join(parts) {
        const out = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
        let at = 0;
        for (const part of parts) {
            out.set(part, at);
            at += part.length;
        }
        return out;
    }

    // Protobuf: seven bits a byte, lowest first. Times in milliseconds need more than 32 bits, hence no shifts.
    function varint(value) {
        const bytes = [];
        for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
        bytes.push(value);
        return Uint8Array.from(bytes);
    }

    // Field 1 is the picture, field 2 the score, a little-endian float.
    function frameMessage(frame) {
        const parts = [Uint8Array.of(0x0a), varint(frame.picture.length), frame.picture];
        if (frame.live !== undefined) {
            const score = new Uint8Array(4);
            new DataView(score.buffer).setFloat32(0, frame.live, true);
            parts.push(Uint8Array.of(0x15), score);
        }
        return join(parts);
    }

    function content(frames, created, mode) {
        const parts = [Uint8Array.of(0x08), varint(created), Uint8Array.of(0x10, mode)];
        for (const frame of frames) {
            const message = frameMessage(frame);
            parts.push(Uint8Array.of(0x1a), varint(message.length), message);
        }
        return join(parts);
    }

    // The key is text and used as such: its characters are the bytes.
    async function encrypt(keyText, nonce, extra, plain) {
        const raw = new TextEncoder().encode(keyText);
        if (raw.length !== 32) throw new RangeError('a key has 32 characters');
        const key = await webcrypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt']);
        const settings = { name: 'AES-GCM', iv: nonce, additionalData: extra, tagLength: 128 };
        return new Uint8Array(await webcrypto.subtle.encrypt(settings, key, plain)); // ciphertext, then tag
    }

    // frames: [{ picture: Uint8Array of a JPEG file, live: 0..1 or undefined }]
    // options: { key, interactive, created: Unix milliseconds, nonce: for tests only, 12 bytes never used twice }
    async function livenessFile(frames, options = {}) {
        if (frames.length < 1 || frames.length > framesMax) throw new RangeError('1 to 16 frames');
        const head = Uint8Array.of(0x42, 0x46, 0x4c, 0x56, 1); // "BFLV", version 1
        const nonce = options.nonce || webcrypto.getRandomValues(new Uint8Array(12));
        const plain = content(frames, options.created ?? Date.now(), options.interactive ? 2 : 1);
        return join([head, nonce, await encrypt(options.key || defaults.livenessKey, nonce, head, plain)]);
    }

    // photo: Uint8Array of a picture file; options: { key, iv }
    async function encryptedImage(photo, options = {}) {
        const iv = new TextEncoder().encode(options.iv || defaults.photoIv);
        if (iv.length !== 12) throw new RangeError('an IV has 12 characters');
        const sealed = await encrypt(options.key || defaults.photoKey, iv, new Uint8Array(0), photo);
        let binary = '';
        for (const byte of sealed) binary += String.fromCharCode(byte);
        return btoa(binary);
    }

    root.bonafideSeal = { livenessFile, encryptedImage };

    if (typeof module !== 'undefined' && typeof require === 'function') {
        module.exports = root.bonafideSeal;
        if (require.main === module) {
            const fs = require('node:fs');
            const [out, ...pictures] = process.argv.slice(2);
            if (pictures.length === 0) {
                console.error('usage: node seal.js OUT.bin PICTURE...');
                process.exit(64);
            }
            const frames = pictures.map((path) => ({ picture: new Uint8Array(fs.readFileSync(path)) }));
            livenessFile(frames, { key: process.env.BONAFIDE_LIVENESS_KEY }).then((file) => fs.writeFileSync(out, file));
        }
    }
})(globalThis);
