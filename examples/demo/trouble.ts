/** Why the demo cannot go on; its message is the one line that the person sees. */
export class Trouble extends Error {
  override readonly name = 'Trouble'
}
