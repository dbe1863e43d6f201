// Signs in with Amazon's own library, whose SRP is not this module's, and prints one line a step.
//
//	node identity.js ENDPOINT POOL CLIENT PASSWORD TOTP CODES
//
// CODES?USERNAME answers with the code that a user was sent last.
const {AuthenticationDetails, CognitoUser, CognitoUserAttribute, CognitoUserPool} = require('amazon-cognito-identity-js');

const [endpoint, UserPoolId, ClientId, password, totp, codes] = process.argv.slice(2);
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

const codeOf = async username => (await fetch(`${codes}?${username}`)).text();

// register signs somebody up, and confirms it with a wrong code, and with the one that is sent again.
async function register(Username) {
  const email = new CognitoUserAttribute({Name: 'email', Value: `${Username}@example.com`});
  const signUp = chosen => new Promise(resolve => pool.signUp(Username, chosen, [email], null, (failure, result) =>
    resolve(failure ? `${failure.code || failure.name}: ${failure.message}` : result)));
  console.log(`${Username}: ${await signUp('weak')}`);
  const {user, userConfirmed, codeDeliveryDetails} = await signUp(password);
  console.log(`${Username}: confirmed ${userConfirmed}, ${JSON.stringify(codeDeliveryDetails)}`);
  console.log(`${Username}: ${await signUp(password)}`);
  console.log(`${Username}: ${(await signIn(Username, password)).text}`);
  const first = await codeOf(Username);
  console.log(`${Username}: ${await call(user, 'confirmRegistration', first === '123456' ? '123457' : '123456', true)}`);
  console.log(`${Username}: resent ${(await call(user, 'resendConfirmationCode')).CodeDeliveryDetails.Destination}`);
  console.log(`${Username}: ${await call(user, 'confirmRegistration', await codeOf(Username), true)}`);
  console.log(`${Username}: ${(await signIn(Username, password)).text}`);
}

// passwords changes the password, and then forgets it.
async function passwords(Username) {
  const {user} = await signIn(Username, password);
  console.log(`${Username}: ${await call(user, 'changePassword', 'Wr0ng-password', 'N3w-password')}`);
  console.log(`${Username}: changed ${await call(user, 'changePassword', password, 'N3w-password')}`);
  console.log(`${Username}: ${(await signIn(Username, password)).text}`);
  const forgotten = new CognitoUser({Username, Pool: pool});
  const told = call => new Promise(resolve => call({onSuccess: result => resolve(result || 'SUCCESS'), onFailure: f => resolve(`${f.code}: ${f.message}`)}));
  console.log(`${Username}: forgot ${JSON.stringify(await told(callbacks => forgotten.forgotPassword(callbacks)))}`);
  const code = await codeOf(Username);
  console.log(`${Username}: reset ${await told(callbacks => forgotten.confirmPassword(code, 'Th1rd-password', callbacks))}`);
  console.log(`${Username}: ${await told(callbacks => forgotten.confirmPassword(code, 'Th1rd-password', callbacks))}`);
  console.log(`${Username}: ${(await signIn(Username, 'Th1rd-password')).text}`);
}

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
  await register('ann');
  await passwords('ann');
}

main();
