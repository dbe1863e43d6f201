// Signs in with Amazon's own library, whose SRP is not this module's, and prints one line a step.
//
//	node identity.js ENDPOINT POOL CLIENT PASSWORD TOTP
const {AuthenticationDetails, CognitoUser, CognitoUserPool} = require('amazon-cognito-identity-js');

const [endpoint, UserPoolId, ClientId, password, totp] = process.argv.slice(2);
const pool = new CognitoUserPool({UserPoolId, ClientId, endpoint});

// signIn resolves to what the library was called back with, and goes through challenges.
function signIn(Username, Password) {
  const user = new CognitoUser({Username, Pool: pool});
  return new Promise(resolve => {
    const callbacks = {
      onSuccess: session => resolve({user, text: `tokens of ${session.getAccessToken().payload.username}`}),
      onFailure: failure => resolve({user, text: `${failure.code}: ${failure.message}`}),
      newPasswordRequired: (attributes, required) => {
        console.log(`${Username}: new password, besides ${JSON.stringify(required)}, has ${JSON.stringify(attributes)}`);
        user.completeNewPasswordChallenge('N3w-password', {name: 'New Comer'}, callbacks);
      },
      totpRequired: name => user.sendMFACode(totp, callbacks, name),
    };
    user.authenticateUser(new AuthenticationDetails({Username, Password}), callbacks);
  });
}

// call makes a promise of a method with a callback.
const call = (user, method, ...args) => new Promise(resolve => user[method](...args, (failure, result) =>
  resolve(failure ? `${failure.code || failure.name}: ${failure.message}` : result)));

async function main() {
  const step = async (name, ...args) => {
    const {user, text} = await signIn(name, ...args);
    console.log(`${name}: ${text}`);
    return user;
  };
  await step('admin', 'Wr0ng-password');
  await step('nobody', password);
  await step('newcomer', password);
  await step('newcomer', 'N3w-password');
  await step('mfa', password);
  const admin = await step('admin', password);
  const attributes = await call(admin, 'getUserAttributes');
  console.log(`attributes: ${attributes.map(a => a.getName()).join(' ')}`);
  const session = await call(admin, 'refreshSession', admin.getSignInUserSession().getRefreshToken());
  console.log(`refreshed: ${session.getIdToken().payload['cognito:username']}`);
  const refreshToken = session.getRefreshToken();
  const revoked = admin.getSignInUserSession();
  const done = await new Promise(callback => admin.revokeToken({token: refreshToken.getToken(), callback}));
  console.log(`revoked: ${done || 'SUCCESS'}`);
  admin.setSignInUserSession(revoked);
  console.log(`attributes: ${await call(admin, 'getUserAttributes')}`);
  console.log(`refreshed: ${await call(admin, 'refreshSession', refreshToken)}`);
  const reader = await step('reader', password);
  const out = await new Promise(resolve => reader.globalSignOut({onSuccess: resolve, onFailure: f => resolve(f.message)}));
  console.log(`signed out: ${out}`);
}

main();
