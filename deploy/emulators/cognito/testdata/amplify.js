// Signs up, in and out with Amplify, and prints one line a step.
//
//	node amplify.js ENDPOINT POOL CLIENT PASSWORD CODES
//
// CODES?USERNAME answers with the code that a user was sent last.
const {Amplify} = require('aws-amplify');
const auth = require('aws-amplify/auth');

const [userPoolEndpoint, userPoolId, userPoolClientId, password, codes] = process.argv.slice(2);
Amplify.configure({Auth: {Cognito: {userPoolId, userPoolClientId, userPoolEndpoint}}});

const codeOf = async username => (await fetch(`${codes}?${username}`)).text();
const username = 'ann';

// step prints what a call tells, or how it fails.
async function step(name, call, tell) {
  try {
    console.log(`${name}: ${tell(await call())}`);
  } catch (failure) {
    console.log(`${name}: ${failure.name}: ${failure.message}`);
  }
}

const next = result => result.nextStep.signInStep || result.nextStep.signUpStep;
const done = () => 'done';

async function main() {
  await step('sign up', () => auth.signUp({username, password, options: {userAttributes: {email: 'ann@example.com'}}}), next);
  await step('sign in', () => auth.signIn({username, password}), next);
  await step('resend', () => auth.resendSignUpCode({username}), details => details.destination);
  await step('confirm', async () => auth.confirmSignUp({username, confirmationCode: await codeOf(username)}), next);
  await step('wrong', () => auth.signIn({username, password: 'Wr0ng-password'}), next);
  await step('SRP', () => auth.signIn({username, password}), next);
  await step('who', auth.getCurrentUser, user => user.username);
  await step('attributes', auth.fetchUserAttributes, attributes => JSON.stringify({email: attributes.email, verified: attributes.email_verified}));
  await step('move', () => auth.updateUserAttributes({userAttributes: {email: 'moved@example.com'}}), result => result.email.nextStep.updateAttributeStep);
  await step('verify', async () => auth.confirmUserAttribute({userAttributeKey: 'email', confirmationCode: await codeOf(username)}), done);
  await step('attributes', auth.fetchUserAttributes, attributes => JSON.stringify({email: attributes.email, verified: attributes.email_verified}));
  await step('change', () => auth.updatePassword({oldPassword: password, newPassword: 'N3w-password'}), done);
  await step('refresh', () => auth.fetchAuthSession({forceRefresh: true}), session => session.tokens.accessToken.payload.username);
  await step('sign out', () => auth.signOut({global: true}), done);
  await step('forget', () => auth.resetPassword({username}), result => result.nextStep.resetPasswordStep);
  await step('reset', async () => auth.confirmResetPassword({username, confirmationCode: await codeOf(username), newPassword: 'Th1rd-password'}), done);
  const byPassword = {authFlowType: 'USER_PASSWORD_AUTH'};
  await step('password', () => auth.signIn({username, password: 'Th1rd-password', options: byPassword}), next);
  await step('sign out', () => auth.signOut(), done);
  await step('choose', () => auth.signIn({username, options: {authFlowType: 'USER_AUTH'}}), result => `${next(result)} ${result.nextStep.availableChallenges}`);
  await step('chosen', () => auth.confirmSignIn({challengeResponse: 'EMAIL_OTP'}), next);
  await step('code', async () => auth.confirmSignIn({challengeResponse: await codeOf(username)}), next);
  await step('delete', auth.deleteUser, done);
  await step('gone', () => auth.signIn({username, password: 'Th1rd-password'}), next);
  await step('newcomer', () => auth.signIn({username: 'newcomer', password, options: byPassword}), next);
  await step('new password', () => auth.confirmSignIn({challengeResponse: 'N3w-password'}), next);
}

main();
