// Makes JSON schemas of Slack's own package of types, beside the package: node tests/peers/slack/schema.mjs
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const modules = fileURLToPath(new URL("../node_modules", import.meta.url));
const { createGenerator } = createRequire(`${modules}/of.js`)("ts-json-schema-generator");
const path = `${modules}/@slack/types/dist/index.d.ts`;

// A field that the types don't know is a mistake.
const schema = (type) => createGenerator({ path, type, skipTypeCheck: true, additionalProperties: false }).createSchema(type);
const schemas = {
  block: schema("KnownBlock"),
  home: schema("HomeView"),
  modal: schema("ModalView"),
  metadata: schema("MessageMetadata"),
};
writeFileSync(`${modules}/kairos-slack-types.json`, JSON.stringify(schemas));
