/// How the page looks.
enum ReportStyle {
    static let css = """
        :root {
          --back: #fff; --raised: #f5f6f8; --text: #1c2128; --faint: #5d6672; --line: #d9dde3;
          --pass: #1a7f37; --fail: #c62828; --warn: #9a6700; --skip: #5d6672; --on: #fff;
          --mark: #ffe3e0; --mark-text: #7d1512;
          --prepare: #9aa4b2; --boot: #4f81bd; --ready: #7bb6d9; --run: #3f9b57; --reboot: #a379c9; --check: #d9a441;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --back: #14171c; --raised: #1d2229; --text: #e3e7ec; --faint: #98a2b0; --line: #343b45;
            --pass: #3fb950; --fail: #f47067; --warn: #d9a62e; --skip: #98a2b0; --on: #14171c;
            --mark: #55211f; --mark-text: #ffd7d3;
            --prepare: #6b7686; --boot: #5b8fce; --ready: #5f9dc4; --run: #4fae69; --reboot: #a98ad0; --check: #c99738;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.45 system-ui, sans-serif; }
        main { max-width: 70rem; margin: 0 auto; padding: 1rem; }
        h1 { font-size: 1.5rem; margin: .5rem 0; line-height: 1.3; }
        h1 .badge { vertical-align: .15em; margin-right: .2rem; }
        h2 { font-size: 1.15rem; margin: 1.8rem 0 .6rem; }
        h3 { font-size: .9rem; margin: 1rem 0 .3rem; color: var(--faint); font-weight: 600; }
        a { color: inherit; }
        .badge { flex: none; background: var(--skip); color: var(--on); border-radius: .3rem; padding: .05rem .45rem;
          font-size: .75em; font-weight: 700; letter-spacing: .03em; }
        .badge.pass { background: var(--pass); }
        .badge.fail { background: var(--fail); }
        .badge.warn { background: var(--warn); }
        .time { color: var(--faint); white-space: nowrap; font-variant-numeric: tabular-nums; }
        .facts { color: var(--faint); }
        .facts dl { margin: .5rem 0; }
        .facts div { display: flex; gap: 1rem; flex-wrap: wrap; padding: .15rem 0; }
        .facts dt { width: 7rem; }
        .facts dd { margin: 0; color: var(--text); overflow-wrap: anywhere; flex: 1 1 14rem; }
        summary { cursor: pointer; }
        svg { display: block; width: 100%; background: var(--raised); border-radius: .25rem; }
        svg.sum { height: 1.6rem; }
        svg.mini { height: .45rem; grid-column: 1 / -1; }
        rect.prepare { fill: var(--prepare); } rect.boot { fill: var(--boot); } rect.ready { fill: var(--ready); }
        rect.run { fill: var(--run); } rect.reboot { fill: var(--reboot); } rect.check { fill: var(--check); }
        rect.frame { fill: none; stroke: var(--back); stroke-width: 2; vector-effect: non-scaling-stroke; }
        rect.frame.fail { stroke: var(--fail); }
        rect.frame.warn { stroke: var(--warn); }
        .legend, .phases, .parts { list-style: none; margin: .6rem 0; padding: 0; }
        .legend, .phases { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; font-size: .9rem; }
        .legend small { color: var(--faint); }
        i { display: inline-block; width: .8em; height: .8em; border-radius: .15em; margin-right: .4em; }
        i.prepare { background: var(--prepare); } i.boot { background: var(--boot); }
        i.ready { background: var(--ready); } i.run { background: var(--run); }
        i.reboot { background: var(--reboot); } i.check { background: var(--check); }
        .axis { display: flex; justify-content: space-between; color: var(--faint); font-size: .8rem; }
        .test { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; padding: 0 .8rem; }
        .test > summary { display: grid; grid-template-columns: auto 1fr auto; gap: .35rem .6rem; align-items: center;
          padding: .55rem 0; list-style: none; }
        .test > summary::-webkit-details-marker { display: none; }
        .test[open] { padding-bottom: .8rem; }
        .name { overflow-wrap: anywhere; font-weight: 500; }
        .reason { color: var(--fail); margin: .4rem 0; overflow-wrap: anywhere; font-weight: 500; }
        .parts li { padding: .15rem 0; }
        .parts .reason { display: block; margin: 0 0 0 3.4rem; }
        pre { background: var(--raised); border-radius: .3rem; padding: .6rem; margin: 0; overflow-x: auto;
          font: .8rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; max-height: 32rem; }
        pre.lines { max-height: none; }
        .number { display: inline-block; min-width: 3.2em; padding-right: 1em; text-align: right; color: var(--faint);
          user-select: none; }
        .gap { color: var(--faint); font-style: italic; padding-left: 4.2em; }
        mark { background: var(--mark); color: var(--mark-text); border-radius: .15rem; padding: .1rem 0; }
        mark .number { color: inherit; }
        .why { display: block; padding-left: 4.2em; color: var(--fail); font-style: italic; white-space: normal; }
        .log { margin: .4rem 0; font-size: .9rem; }
        @media (max-width: 40rem) {
          main { padding: .6rem; }
          h1 { font-size: 1.25rem; }
          .test { padding: 0 .55rem; }
          pre { white-space: pre-wrap; overflow-wrap: anywhere; }
          .number { min-width: 2.4em; padding-right: .7em; }
          .gap, .why { padding-left: 3.1em; }
        }
        """
}
