import Testing

@testable import ContainerImage

@Suite struct LayerPackerTests {
    static let mebibyte: Int64 = 1 << 20

    /// Packages like those of a distribution: many small ones, few large ones, most of them rarely updated.
    static let distribution: [PackableComponent] =
        (0..<400).map { number in
            let size = number % 25 == 0 ? Int64(8 + number / 10) * mebibyte : Int64(number + 1) * 10_000
            return PackableComponent(
                identifier: "package\(number)-1-1.noarch", source: "source\(number / 2)", size: size,
                updatesPerYear: number / 2 % 20)
        } + exclusive

    static let exclusive = ["initramfs", "rpmdb", "unpackaged"].map {
        PackableComponent(identifier: $0, source: $0, size: 100, updatesPerYear: 0, isExclusive: true)
    }

    @Test(arguments: [4, 5, 6, 8, 10, 20, 63, 127, 399])
    func everyComponentIsInOneOfAtMostSoManyLayers(maxLayers: Int) throws {
        let layers = try LayerPacker(maxLayers: maxLayers).pack(Self.distribution)
        #expect(layers.count <= maxLayers)
        #expect(layers.allSatisfy { !$0.isEmpty })
        #expect(layers.joined().sorted() == Self.distribution.map(\.identifier).sorted())
        #expect(Array(layers.suffix(3)) == [["initramfs"], ["rpmdb"], ["unpackaged"]])
    }

    @Test func theOrderOfTheInputDoesNotMatter() throws {
        let packer = try LayerPacker(maxLayers: 63)
        #expect(try packer.pack(Self.distribution) == packer.pack(Self.distribution.reversed()))
    }

    @Test func addingAPackageChangesOneLayer() throws {
        let packer = try LayerPacker(maxLayers: 63)
        let before = try packer.pack(Self.distribution)
        for size in [10, 20 * Self.mebibyte] {
            let new = PackableComponent(identifier: "new-1-1.noarch", source: "new", size: size, updatesPerYear: 1)
            let after = try packer.pack(Self.distribution + [new])
            #expect(Set(after).subtracting(before).count == 1)
        }
    }

    @Test func updatingAPackageChangesOneLayer() throws {
        let packer = try LayerPacker(maxLayers: 63)
        let before = try packer.pack(Self.distribution)
        for index in stride(from: 1, to: 400, by: 7) {
            var updated = Self.distribution
            updated[index].identifier = "package\(index)-2-1.noarch"
            updated[index].size += 100
            #expect(Set(try packer.pack(updated)).subtracting(before).count == 1)
        }
    }

    @Test func removingAPackageChangesAtMostOneLayer() throws {
        let packer = try LayerPacker(maxLayers: 63)
        let before = try packer.pack(Self.distribution)
        for index in stride(from: 1, to: 400, by: 7) {
            var reduced = Self.distribution
            reduced.remove(at: index)
            #expect(Set(try packer.pack(reduced)).subtracting(before).count <= 1)
        }
    }

    @Test func anInitramfsThatAppearsShiftsNothing() throws {
        let packer = try LayerPacker(maxLayers: 20)
        let without = try packer.pack(Self.distribution.filter { $0.identifier != "initramfs" })
        #expect(Set(try packer.pack(Self.distribution)).subtracting(without) == [["initramfs"]])
    }

    @Test func binariesOfOneSourceShareALayer() throws {
        let layers = try LayerPacker(maxLayers: 63).pack(Self.distribution)
        for number in stride(from: 0, to: 400, by: 2) {
            let pair = ["package\(number)-1-1.noarch", "package\(number + 1)-1-1.noarch"]
            #expect(layers.contains { Set($0).isSuperset(of: pair) })
        }
    }

    static func source(_ name: String, mebibytes: Int) -> PackableComponent {
        PackableComponent(
            identifier: name, source: name, size: Int64(mebibytes) * mebibyte, updatesPerYear: 0)
    }

    @Test func largeSourcesAreAloneWhileThereArePlaces() throws {
        // 21 layers without the three exclusive ones leave 18, three fifths of which are for large sources: 10.
        let packer = try LayerPacker(maxLayers: 21)
        let small = (0..<50).map { Self.source("small\($0)", mebibytes: 0) }
        var large = (1...10).map { Self.source("large\($0)", mebibytes: $0) }
        func alone() throws -> [String] {
            let layers = try packer.pack(small + large)
            return large.map(\.source).filter { layers.contains([$0]) }
        }
        #expect(try alone() == large.map(\.source))
        // One more than there are places: it takes 2 MiB to be large, and only the smallest one moves.
        large.append(Self.source("large11", mebibytes: 11))
        #expect(try alone() == large.map(\.source).filter { $0 != "large1" })
    }

    /// The mean, over all choices of 10 packages that change, of the bytes in layers that do not.
    static func kept(_ layers: [[String]], of packages: [PackableComponent]) -> Double {
        let sizes = Dictionary(uniqueKeysWithValues: packages.map { ($0.identifier, Double($0.size)) })
        return layers.reduce(0) { sum, layer in
            let chance = (0..<10).reduce(1.0) { chance, index in
                chance * Double(max(0, packages.count - layer.count - index)) / Double(packages.count - index)
            }
            return sum + chance * layer.reduce(0) { $0 + (sizes[$1] ?? 0) }
        }
    }

    @Test func aClientKeepsNineTenthsOfWhatALayerForEachPackageKeeps() throws {
        let packages = DefaultSystem.packages
        #expect(packages.count > 150)
        let limit = Self.kept(packages.map { [$0.identifier] }, of: packages)
        #expect(Self.kept(try LayerPacker(maxLayers: 63).pack(packages), of: packages) / limit > 0.9)
        // The figure is no matter of course.
        #expect(Self.kept(try LayerPacker(maxLayers: 32).pack(packages), of: packages) / limit < 0.9)
    }

    @Test func inTheDefaultSystemAPackageThatIsAddedMovesNoOther() throws {
        let packer = try LayerPacker(maxLayers: 63)
        let packages = DefaultSystem.packages
        let before = try packer.pack(packages)
        for source in Set(packages.map(\.source)) {
            // As if it had been added last.
            let without = try packer.pack(packages.filter { $0.source != source })
            #expect(Set(before).subtracting(without).count == 1)
        }
        for size in [1, 500, 2000, 50_000] {
            let new = PackableComponent(identifier: "new", source: "new", size: Int64(size) << 10, updatesPerYear: 3)
            #expect(Set(try packer.pack(packages + [new])).subtracting(before).count == 1)
        }
    }

    @Test func whatChangesOftenIsApartFromWhatRarelyDoes() throws {
        let layers = try LayerPacker(maxLayers: 20).pack(
            (0..<300).map {
                PackableComponent(
                    identifier: $0 % 2 == 0 ? "often\($0)" : "rarely\($0)", source: "s\($0)", size: 1,
                    updatesPerYear: $0 % 2 == 0 ? 12 : 3)
            })
        for layer in layers { #expect(Set(layer.map { $0.hasPrefix("often") }).count == 1) }
        #expect(layers.count > 4)
    }

    @Test func tooFewLayersAreRefused() {
        #expect(throws: ContainerImageError.tooFewLayers(3, minimum: 4)) { try LayerPacker(maxLayers: 3) }
    }

    @Test(arguments: [
        ("bash-5.2.15-2.el9.src.rpm", "bash"), ("java-17-openjdk-17.0.9-1.src.rpm", "java-17-openjdk"),
        ("glibc", "glibc"), ("foo-1-2.nosrc.rpm", "foo"), ("", "name"),
    ])
    func theSourcesNameHasNoVersion(source: String, name: String) {
        let component = Component(
            identifier: "name-1", name: "name", source: source, buildTime: 0, changelogTimes: [], files: [])
        #expect(component.sourceName == name)
    }

    @Test func onlyTheYearBeforeTheBuildCounts() {
        let year: Int64 = 365 * 24 * 3600
        let component = Component(
            identifier: "a", name: "a", source: nil, buildTime: 10 * year,
            changelogTimes: [10 * year, 9 * year + 1, 9 * year, 5 * year], files: [])
        #expect(component.updatesPerYear == 2)
    }
}
