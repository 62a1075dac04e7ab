type Props = {
  label: string
  name: string
  type?: 'text' | 'email' | 'password'
  value?: string
  hint?: string
  autocomplete?: string
  maxlength?: number
}

/** One line of a form: what it asks for, and where to say it. */
export const Field = ({
  label,
  name,
  type = 'text',
  value,
  hint,
  autocomplete = 'off',
  maxlength,
}: Props) => (
  <div class="field-box">
    <label class="field">
      <span>{label}</span>
      <input
        type={type}
        name={name}
        value={value}
        required={true}
        maxlength={maxlength}
        autocomplete={autocomplete}
        autocapitalize={type === 'text' ? undefined : 'none'}
        spellcheck={false}
        aria-describedby={hint ? `${name}-hint` : undefined}
      />
    </label>
    {hint && (
      <p class="hint" id={`${name}-hint`}>
        {hint}
      </p>
    )}
  </div>
)
