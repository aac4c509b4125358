// SPDX-License-Identifier: Apache-2.0
// Times ONNX files through ONNX Runtime (npm package onnxruntime-node), one thread.
// usage: node peer_nets.js SECONDS FILE...     prints {"<file>": milliseconds}, medians of process CPU time; a file it cannot read is left out
const ort = require('onnxruntime-node');

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

async function medianMs(file, seconds) {
  const session = await ort.InferenceSession.create(file, {
    executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential',
  });
  const shape = session.inputMetadata[0].shape.map(Number);
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => ((i * 7919) % 2003) / 2002);
  const feeds = { [session.inputNames[0]]: new ort.Tensor('float32', data, shape) };
  const times = [];
  for (const end = performance.now() + 1000 * seconds; performance.now() < end || times.length < 5;) {
    const start = process.cpuUsage();
    await session.run(feeds);
    const used = process.cpuUsage(start);
    times.push((used.user + used.system) / 1000);
  }
  return median(times);
}

(async () => {
  const [seconds, ...files] = process.argv.slice(2);
  const out = {};
  for (const file of files) {
    try {
      out[file] = await medianMs(file, Number(seconds));
    } catch (error) {
      console.error(`${file}: ${error.message}`);
    }
  }
  console.log(JSON.stringify(out));
})();
