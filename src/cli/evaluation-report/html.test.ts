import { expect, it } from 'vitest';
import { html, markup } from './html.ts';

const page = (name: string) => html`<p title="${name}">${name}</p>`.markup;

it('escapes what is put in, in text and in attributes, and nothing that a template made', () => {
  expect(page(`"><script>'&`)).toBe(
    '<p title="&#34;&#62;&#60;script&#62;&#39;&#38;">&#34;&#62;&#60;script&#62;&#39;&#38;</p>',
  );
  expect(html`<b>${html`<i>${'<'}</i>`}${markup('<hr>')}</b>`.markup).toBe('<b><i>&#60;</i><hr></b>');
});

it('writes lists one after the other, 0 as 0, and nothing for nothing', () => {
  expect(html`${[1, 0, html`<br>`, ['a', undefined]]}${undefined}`.markup).toBe('10<br>a');
});

it.each([
  ['a control character', 'a\u0000b\u0085c', 'a\ufffdb\ufffdc'],
  ['half a character', 'a\ud800b', 'a\ufffdb'],
  ['a turn of the direction of writing', 'a\u202eb', 'a\ufffdb'],
])('shows %s as what cannot be shown', (_, text, shown) => {
  expect(page(text)).toBe(`<p title="${shown}">${shown}</p>`);
});

it('keeps letters of all writings, and characters of two halves', () => {
  expect(page('ñ 人 😀')).toContain('ñ 人 😀');
});
