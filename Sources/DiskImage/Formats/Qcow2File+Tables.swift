extension Qcow2File {
    /// Which cluster of the disk is where in the file, and the tables that say so.
    struct Tables {
        private static let entriesPerTable = clusterSize / 8
        private static let countsPerBlock = clusterSize / 2
        /// Set in references to clusters that are used once.
        private static let copied: UInt64 = 1 << 63
        private static let compressed: UInt64 = 1 << 62
        /// In references to compressed clusters: where the number of their sectors stands.
        private static let sectorsShift: UInt64 = 54
        private static let sectorSize: Int64 = 512

        /// References to the L2 tables.
        private(set) var l1: [UInt64]
        private(set) var l1Offset: Int64 = 0
        private(set) var countTableOffset: Int64 = 0
        private(set) var countTableClusters: Int64 = 0
        /// The L2 tables that there are, by number.
        private var l2: [Int: [UInt64]] = [:]
        /// How often each cluster of the file is used; the first is the header's.
        private var counts: [UInt16] = [1]
        /// What is left of the last cluster, which has compressed ones: from here to its end.
        private var rest: Range<Int64> = 0..<0

        init(diskSize: Int64) {
            let covered = clusterSize * Self.entriesPerTable
            l1 = Array(repeating: 0, count: Int((diskSize + covered - 1) / covered))
        }

        /// Takes the next cluster of the file for the disk's cluster at `start`, in bytes; so is the result.
        mutating func addCluster(for start: Int64) -> Int64 {
            let place = take(clusterSize)
            setReference(UInt64(place) | Self.copied, for: start)
            return place
        }

        /// Takes room for the `size` compressed bytes of the disk's cluster at `start`; they follow the last ones, also
        /// across the border of clusters.
        mutating func addCompressed(_ size: Int, for start: Int64) -> Int64 {
            let place: Int64
            // A cluster that was not compressed may have come in between.
            if !rest.isEmpty, rest.upperBound == Int64(counts.count) * clusterSize {
                place = rest.lowerBound
                counts[Int(place / clusterSize)] += 1
                if place + Int64(size) > rest.upperBound { _ = take(clusterSize) }
            } else {
                place = take(clusterSize)
            }
            let last = place + Int64(size)
            rest = last..<Int64(counts.count) * clusterSize
            let sectors = (last - 1) / Self.sectorSize - place / Self.sectorSize
            setReference(UInt64(place) | UInt64(sectors) << Self.sectorsShift | Self.compressed, for: start)
            return place
        }

        private mutating func setReference(_ reference: UInt64, for start: Int64) {
            let index = start / clusterSize
            let empty = [UInt64](repeating: 0, count: Int(Self.entriesPerTable))
            l2[Int(index / Self.entriesPerTable), default: empty][Int(index % Self.entriesPerTable)] = reference
        }

        /// Places the tables behind the data: L2, L1, reference counts and their table.
        mutating func layOut() -> (offset: Int64, bytes: [UInt8]) {
            let offset = Int64(counts.count) * clusterSize
            var bytes: [UInt8] = []
            for (number, table) in l2.sorted(by: { $0.key < $1.key }) {
                l1[number] = UInt64(take(clusterSize)) | Self.copied
                append(table, to: &bytes)
            }
            l1Offset = take(Int64(l1.count) * 8)
            append(l1, to: &bytes)
            // They count themselves and their table, too.
            let counted = Int64(counts.count)
            var blocks: Int64 = 0
            repeat {
                blocks += 1
                countTableClusters = (blocks * 8 + clusterSize - 1) / clusterSize
            } while blocks * Self.countsPerBlock < counted + blocks + countTableClusters
            let first = take(blocks * clusterSize)
            countTableOffset = take(countTableClusters * clusterSize)
            append(counts, to: &bytes)
            append((0..<blocks).map { UInt64(first + $0 * clusterSize) }, to: &bytes)
            return (offset, bytes)
        }

        /// Takes whole clusters.
        private mutating func take(_ size: Int64) -> Int64 {
            let place = Int64(counts.count) * clusterSize
            counts += Array(repeating: 1, count: Int((size + clusterSize - 1) / clusterSize))
            return place
        }

        private func append<Entry: FixedWidthInteger>(_ entries: [Entry], to bytes: inout [UInt8]) {
            let width = Int64(MemoryLayout<Entry>.size)
            let size = (Int64(entries.count) * width + clusterSize - 1) / clusterSize * clusterSize
            var table = [UInt8](repeating: 0, count: Int(size))
            for (index, entry) in entries.enumerated() where entry != 0 {
                table.put(bigEndian: entry, at: index * Int(width))
            }
            bytes += table
        }
    }
}
