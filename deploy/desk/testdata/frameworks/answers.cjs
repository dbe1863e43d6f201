// What all apps answer with.
const { createHash } = require("node:crypto");

// bytes are of no text.
exports.bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

exports.page = "<!doctype html><title>Grüße</title>" + "<p>Portcullis</p>".repeat(200);

// ofBody tells of a body: the value of JSON and of forms, and of what else there is its length and digest.
exports.ofBytes = (bytes) => (bytes.length === 0 ? undefined : `${bytes.length} ${createHash("sha256").update(bytes).digest("hex").slice(0, 8)}`);

// whose tells whom an authorizer said to call: of a Lambda authorizer of REST APIs and payload 1.0, of COGNITO_USER_POOLS, and of payload 2.0.
exports.whose = (authorizer) => authorizer?.sub ?? authorizer?.claims?.sub ?? authorizer?.jwt?.claims?.sub ?? authorizer?.lambda?.sub;
