// Verifies a badge as others do, with jose, which had no part in writing it. Reads {token, keys} from standard input;
// writes {payload, header}, or {error}.
import { createLocalJWKSet, jwtVerify } from "jose";

let told = "";
for await (const part of process.stdin) told += part;
const { token, keys } = JSON.parse(told);
// Badges name a key by its address; the last part of it is its thumbprint.
const set = createLocalJWKSet({ keys });
const find = (header, input) =>
  set({ ...header, kid: header.kid.split("/").filter(Boolean).at(-1) }, input);
try {
  const { payload, protectedHeader } = await jwtVerify(token, find, { algorithms: ["ES256"] });
  console.log(JSON.stringify({ payload, header: protectedHeader }));
} catch (error) {
  console.log(JSON.stringify({ error: error.code }));
}
