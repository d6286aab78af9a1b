// node-edifact: segments as arrays, its Validator for elements and its Tracker for the order of segments.
// Run as: node read_edifact.js FILE
'use strict';

const fs = require('fs');
const Parser = require('edifact/parser.js');
const Validator = require('edifact/validator.js');
const Tracker = require('edifact/tracker.js');
const table = require('edifact/messages/ORDERS.json');

const path = process.argv[2];
const started = process.hrtime.bigint();
const validator = new Validator();
validator.define(require('edifact/segments.js'));
validator.define(require('edifact/elements.js'));
const parser = new Parser(validator);
const tracker = new Tracker(table);
const messages = [];
let segments, elements, components;
let refused = 0;

tracker.on('error', () => { refused += 1; });
parser.onopensegment = (segment) => {
  elements = [];
  if (segment === 'UNH') {
    segments = [];
    messages.push(segments);
    tracker.reset();
  }
  if (segment !== 'UNB' && segment !== 'UNZ') {
    tracker.accept(segment);
    segments.push([segment, elements]);
  }
};
parser.onelement = () => { components = []; elements.push(components); };
parser.oncomponent = (data) => { components.push(data); };
parser.onclosesegment = () => {};
parser.encoding('UNOC');
parser.write(fs.readFileSync(path, 'latin1'));
parser.end();

const seconds = Number(process.hrtime.bigint() - started) / 1e9;
const amount = fs.statSync(path).size / 1e6;
const peak = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ amount, seconds, peak, messages: messages.length, refused }));
