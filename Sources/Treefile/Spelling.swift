/// Finds the word that somebody probably meant.
enum Spelling {
    /// The known word that is closest to `word`, where it is close enough to be meant.
    static func nearest(to word: String, in known: [String]) -> String? {
        let ranked = known.map { (distance(word, $0), $0) }.min { $0 < $1 }
        guard let ranked, ranked.0 <= max(1, word.count / 3) else { return nil }
        return ranked.1
    }

    /// How many letters must be put in, taken out, replaced or swapped with their neighbour (optimal string alignment).
    static func distance(_ first: String, _ second: String) -> Int {
        let a = Array(first)
        let b = Array(second)
        var rows = [Array(0...b.count)]
        for i in 1...max(1, a.count) where i <= a.count {
            var row = [i]
            for j in 1...max(1, b.count) where j <= b.count {
                let cost = a[i - 1] == b[j - 1] ? 0 : 1
                var best = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + cost)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    best = min(best, rows[i - 2][j - 2] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
