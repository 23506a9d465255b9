import {expect} from '@open-wc/testing';
import {csvParse} from 'd3';
import {History} from '../../../core/session/history.js';
import {historyCsv} from '../../../core/session/records.js';

describe('historyCsv(history)', () => {
  it('has a line an iteration, and empty fields where there is no number', () => {
    const history = new History();
    history.append([
      {iteration: 1, stepMs: 20, generatorLoss: 0.5, areas: [0.25, 0.75]},
      {iteration: 2, stepMs: 21, discriminatorLoss: -1e-7},
    ]);
    const csv = historyCsv(history);
    expect(csv.split('\r\n')).to.have.length(4);
    const rows = csvParse(csv);
    expect(rows.columns).to.deep.equal([
      ...['iteration', 'stepMs', 'generatorLoss', 'recoveryLoss', 'supervisedLoss'],
      ...['discriminatorLoss', 'scoreReal', 'scoreRedrawn', 'area0', 'area1'],
    ]);
    expect(rows[0]).to.include({
      iteration: '1',
      generatorLoss: '0.5',
      area1: '0.75',
      scoreReal: '',
    });
    expect(rows[1]).to.include({iteration: '2', discriminatorLoss: '-1e-7', area0: ''});
  });

  it('is its names alone where nothing has been trained', () => {
    expect(csvParse(historyCsv(new History()))).to.have.length(0);
  });
});
