const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]|\p{Extended_Pictographic}/v
const NARROW = /[ijlt.,:;'|!()[\]{} ]/

const widthOf = (character: string) => (WIDE.test(character) ? 13.5 : NARROW.test(character) ? 4.5 : 7.6)

/** As much of a text as is sure to fit into a width, where nothing measures it. */
export function fitText(text: string, width: number): string {
  let used = 0
  let end = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += widthOf(segment)
    if (used > width) return `${text.slice(0, end).trimEnd()}…`
    end += segment.length
  }
  return text
}
