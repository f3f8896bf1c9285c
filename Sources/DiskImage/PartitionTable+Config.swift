import Treefile

extension PartitionTable {
    /// The table with other sizes, in MiB, of the partitions for some roles.
    func resizing(_ sizes: [PartitionRole: Int64]) -> PartitionTable {
        PartitionTable(partitions: partitions.map { $0.resized(sizes[$0.role]) })
    }

    /// The table as image.yaml wants it.
    ///
    /// Further partitions lie before the root, which grows at the first boot, and have the numbers after its own, in the
    /// order of their names. Names that the disks of other architectures have count for nothing.
    func applying(_ config: [String: PartitionConfig]) -> PartitionTable {
        let root = partitions.filter { $0.size == nil }
        let standard = partitions.filter { $0.size != nil }.map { $0.resized(config[$0.name]?.size) }
        let first = (partitions.map(\.number).max() ?? 0) + 1
        let additional = config.filter { !PartitionConfig.standardNames.contains($0.key) }
            .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .enumerated().map { index, entry in
                PartitionSpec(
                    number: first + index, role: .additional, name: entry.key, type: entry.value.type,
                    size: entry.value.size, filesystem: entry.value.filesystem)
            }
        return PartitionTable(partitions: standard + additional + root)
    }
}

extension PartitionSpec {
    fileprivate func resized(_ size: Int64?) -> PartitionSpec {
        guard let size else { return self }
        return PartitionSpec(
            number: number, role: role, name: name, type: type, size: size, filesystem: filesystem)
    }
}
