/// What the packer needs to know of a component.
public struct PackableComponent: Sendable, Equatable {
    /// What names it; unique within an image.
    public var identifier: String
    /// The name of its source package, without a version.
    public var source: String
    /// The size of its objects in bytes.
    public var size: Int64
    /// How often it changes.
    public var updatesPerYear: Int
    /// Whether it has a layer of its own, whatever its size.
    public var isExclusive: Bool

    /// Makes a component.
    public init(identifier: String, source: String, size: Int64, updatesPerYear: Int, isExclusive: Bool = false) {
        self.identifier = identifier
        self.source = source
        self.size = size
        self.updatesPerYear = updatesPerYear
        self.isExclusive = isExclusive
    }
}

/// Distributes components over a limited number of layers so that an update changes few of them.
///
/// A layer changes when one of its components does, and clients download changed layers whole. So where a component
/// goes depends on nothing but itself: its source package's name (hashed) and how often that changes. No layer is chosen
/// by comparing with other components, with one exception: large source packages have layers of their own, and where there
/// are more of them than places, it takes twice the size to count as large, and so on. So a package that is added moves no
/// other one, unless it is a large one and takes the last place. No earlier image is needed.
public struct LayerPacker: Sendable {
    /// The least number of layers: one for packages and one for each of ``usualExclusive``.
    public static let minimumLayers = usualExclusive + 1
    /// Places kept for the initramfs, the package database and unowned files, so that none of them shifts anything when it
    /// appears.
    static let usualExclusive = 3

    /// From this size on a source package has a layer of its own, in bytes, while there are places enough.
    static let largeSize: Int64 = 1 << 20
    /// From how many updates a year a source package counts as changing sometimes, and often.
    static let updateLimits = (sometimes: 4, often: 12)

    /// The number of layers that may be filled.
    public let maxLayers: Int

    /// Makes a packer.
    ///
    /// - Throws: ``ContainerImageError/tooFewLayers(_:minimum:)`` below ``minimumLayers``.
    public init(maxLayers: Int) throws(ContainerImageError) {
        guard maxLayers >= Self.minimumLayers else {
            throw .tooFewLayers(maxLayers, minimum: Self.minimumLayers)
        }
        self.maxLayers = maxLayers
    }

    /// The layers, none of them empty: large sources by name, shared ones from rarely to often changing, exclusive ones.
    /// The identifiers in a layer are sorted.
    ///
    /// - Throws: ``ContainerImageError/tooFewLayers(_:minimum:)`` where the exclusive components leave no layer.
    public func pack(_ components: [PackableComponent]) throws(ContainerImageError) -> [[String]] {
        let exclusive = components.filter(\.isExclusive).map(\.identifier).sorted(by: Self.precedes)
        let places = maxLayers - max(exclusive.count, Self.usualExclusive)
        guard places > 0 else { throw .tooFewLayers(maxLayers, minimum: exclusive.count + 1) }

        let sources = Dictionary(grouping: components.filter { !$0.isExclusive }, by: \.source)
            .map { Source(name: $0.key, components: $0.value) }
        let largePlaces = places * 3 / 5
        var largeSize = Self.largeSize
        while sources.count(where: { $0.size >= largeSize }) > largePlaces { largeSize *= 2 }
        let large = sources.filter { $0.size >= largeSize }
        let largeNames = Set(large.map(\.name))

        let bins = Bins(count: places - largePlaces)
        var shared: [[String]] = Array(repeating: [], count: places - largePlaces)
        for source in sources where !largeNames.contains(source.name) {
            shared[bins.index(of: source)] += source.identifiers
        }
        let layers =
            large.sorted { Self.precedes($0.name, $1.name) }.map(\.identifiers) + shared + exclusive.map { [$0] }
        return layers.filter { !$0.isEmpty }.map { $0.sorted(by: Self.precedes) }
    }

    private static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    private struct Source {
        let name: String
        let size: Int64
        let updatesPerYear: Int
        let identifiers: [String]

        init(name: String, components: [PackableComponent]) {
            self.name = name
            size = components.reduce(0) { $0 + $1.size }
            updatesPerYear = components.map(\.updatesPerYear).max() ?? 0
            identifiers = components.map(\.identifier)
        }
    }

    /// The shared layers, split by how often their sources change: half for those that rarely do.
    private struct Bins {
        let rare: Range<Int>
        let sometimes: Range<Int>
        let often: Range<Int>

        init(count: Int) {
            let oftenCount = count / 5
            let rareCount = count - count * 3 / 10 - oftenCount
            rare = 0..<rareCount
            // With few layers a class may have none of its own.
            sometimes = rareCount < count - oftenCount ? rareCount..<(count - oftenCount) : rare
            often = oftenCount > 0 ? (count - oftenCount)..<count : sometimes
        }

        func index(of source: Source) -> Int {
            let range =
                switch source.updatesPerYear {
                case LayerPacker.updateLimits.often...: often
                case LayerPacker.updateLimits.sometimes...: sometimes
                default: rare
                }
            return range.lowerBound + Int(Self.hash(source.name) % UInt64(range.count))
        }

        /// FNV-1a with the finalizer of MurmurHash3: the same on every machine and in every run, unlike `Hashable`, and
        /// its low bits spread short names evenly.
        private static func hash(_ name: String) -> UInt64 {
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
            hash = (hash ^ (hash >> 33)) &* 0xc4ce_b9fe_1a85_ec53
            return hash ^ (hash >> 33)
        }
    }
}
