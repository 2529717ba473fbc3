import { messages } from "@/ui/messages.ts";

/** What the pages in front of the door say. */
export const text = messages("account", {
  product: "Auto Agent Harness",
  connecting: "Looking for the host",
  unreachable: "The host cannot be reached",
  unreachableHint: "It may be restarting, or this device is offline. It is tried again by itself.",
  retry: "Try again now",
  version: (version: string) => `Version ${version}`,
  open: "This connection is not encrypted: whoever shares this network can read along, also the password.",
  name: "Name",
  nameHint: "Letters, digits, dots, - and _",
  password: "Password",
  newPassword: "New password",
  passwordHint: "At least 12 characters. A sentence of your own is good, and easy to remember.",
  show: "Show the password",
  hide: "Hide the password",
  missing: "Fill this in.",
  wait: (seconds: number) =>
    `Too many tries. The next one counts in ${seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`}.`,
  login: {
    title: "Sign in",
    again: "Sign in again",
    againText: (name: string) =>
      `The session of ${name} has ended, or this device was signed out elsewhere. What you were doing is still here, and goes on after you have signed in.`,
    failed: "You are not signed in.",
    submit: "Sign in",
    pair: "Use a pairing code instead",
    lost: "Forgotten? An admin sets a new password in the settings, or on the host: harness user password NAME.",
  },
  setup: {
    title: "The first account",
    text: "Nobody has an account here yet. The first one is an admin, who may do everything and adds the others.",
    token: "Setup code",
    tokenHint: "The last part of the setup link that the host printed when it started. It works once.",
    failed: "The account was not made.",
    submit: "Create the account",
    later: "You can change the password later, in the settings.",
  },
  pair: {
    title: "Pair this device",
    text: "A pairing code signs this device in without a password, as the person who made the code.",
    code: "Pairing code",
    codeHint: "It is shown in the settings of a device that is signed in, under “Network and devices”.",
    device: "Name of this device",
    deviceHint: "So that you know it again in the list of devices.",
    failed: "This device was not paired.",
    submit: "Pair",
    already: (name: string) => `This browser is signed in as ${name} already. Pairing replaces that.`,
    stay: "Stay signed in as I am",
    login: "Sign in with a password instead",
  },
});
