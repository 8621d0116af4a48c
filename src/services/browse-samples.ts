import { BonafideError } from '../errors.ts';
import type { AuditTrail, SampleLabel, SamplePicture, SampleRecord, Samples } from '../stores/ports.ts';
import type { Caller } from './api-keys.ts';

/** What people who look at the data set need. */
export interface BrowseSamplesParts {
  readonly samples: Pick<Samples, 'list' | 'read' | 'relabel'>;
  readonly auditTrail: Pick<AuditTrail, 'recordView'>;
  /** `CONSOLE_RELABEL`. */
  readonly mayRelabel: boolean;
  readonly today: () => Date;
}

/** The data set in the console: whoever sees a picture, or changes its label, is noted in the audit trail. */
export interface SampleBrowser {
  readonly list: Samples['list'];
  /**
   * A picture. The audit trail says so before it is shown.
   *
   * @throws BonafideError `sample_not_found`; `store_unavailable`, also where the audit trail cannot be written
   */
  view(id: string, which: 'raw' | 'face', caller: Caller): Promise<SamplePicture>;
  /** @throws BonafideError `console_read_only`, `sample_not_found`, `busy`, `store_unavailable` */
  relabel(id: string, label: SampleLabel, caller: Caller): Promise<SampleRecord>;
}

/** The data set as the console shows it. */
export function createSampleBrowser(parts: BrowseSamplesParts): SampleBrowser {
  const { samples, auditTrail, mayRelabel, today } = parts;
  return {
    list: (label, page) => samples.list(label, page),
    async view(id, which, caller) {
      const picture = await samples.read(id, which);
      if (!picture) throw new BonafideError('sample_not_found');
      await auditTrail.recordView(id, today(), { ...nameCaller(caller), picture: which });
      return picture;
    },
    async relabel(id, label, caller) {
      if (!mayRelabel) throw new BonafideError('console_read_only');
      const sample = await samples.relabel(id, label, { at: today(), details: nameCaller(caller) });
      if (!sample) throw new BonafideError('sample_not_found');
      return sample;
    },
  };
}

/** Who it was: the label and the id of their key, `API_KEY` for all keys of that setting. */
function nameCaller({ id, record }: Caller): Readonly<Record<'by' | 'key', string>> {
  return { by: record?.label ?? id, key: id };
}
