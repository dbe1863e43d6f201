// Writes srpvectors.json: what amazon-cognito-identity-js 6 answers to challenges that are made up here.
//
//	NODE_PATH=$(npm root -g) node srpvectors.js > srpvectors.json
const crypto = require('crypto');
const Helper = require('amazon-cognito-identity-js/lib/AuthenticationHelper').default;
const BigInteger = require('amazon-cognito-identity-js/lib/BigInteger').default;

const random = bytes => crypto.randomBytes(bytes).toString('hex');
const cases = [
  ['usual', 'local', 'admin', 'Passw0rd!', random(16)],
  ['a salt whose first bit is set', 'local', 'admin', 'Passw0rd!', 'f' + random(16).slice(1)],
  ['a salt that begins with zeros', 'local', 'reader', 'Passw0rd!', '000' + random(16).slice(3)],
  ['letters beyond ASCII', 'AbC123xyz', 'jürgen', 'pässwörd ☂', random(16)],
  ['a long password', 'local', 'member', 'x'.repeat(256), random(16)],
];

function vector([name, pool, user, password, salt]) {
  const helper = new Helper(pool);
  const vector = {name, pool, user, password, salt, secret: helper.smallAValue.toString(16), A: helper.largeAValue.toString(16)};
  vector.B = random(384);
  vector.block = crypto.randomBytes(64).toString('base64');
  vector.timestamp = 'Tue Nov 4 09:05:07 UTC 2025';
  helper.getPasswordAuthenticationKey(user, password, new BigInteger(vector.B, 16), new BigInteger(salt, 16), (err, key) => {
    if (err) throw err;
    const mac = crypto.createHmac('sha256', Buffer.from(key));
    mac.update(pool).update(user).update(Buffer.from(vector.block, 'base64')).update(vector.timestamp);
    vector.signature = mac.digest('base64');
  });
  return vector;
}

console.log(JSON.stringify(cases.map(vector), null, '\t'));
