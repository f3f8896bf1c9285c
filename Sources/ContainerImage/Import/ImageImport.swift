import GLib
import OSTree

/// One import of one image.
struct ImageImport {
    let image: OCIImage
    let repository: Repository
    let options: ImportOptions

    /// The image's layers, apart.
    private struct Layers {
        let base: [(OCIDescriptor, diffID: String)]
        let derived: [(OCIDescriptor, diffID: String)]
        /// What the label says; nil for an image of ordinary layers only.
        let commit: String?
    }

    func run(ref: String?) throws -> ImportedCommit {
        let layers = try layers()
        return try repository.transaction {
            let known = try KnownLayers(repository)
            var work = Work(known: known)
            if let reference = options.reference, options.otherPaths == .automatic,
                let commit = try known.image(reference, manifestDigest: image.manifestDigest)
            {
                let result = layers.derived.isEmpty ? layers.commit ?? commit : commit
                if let ref { repository.transactionSetRef(ref, to: result) }
                return try imported(result, layers, work)
            }
            if let commit = layers.commit { try importBase(layers.base, commit, &work) }
            let records = try layers.derived.map { try importDerived($0, diffID: $1, &work) }
            if let commit = layers.commit, layers.derived.isEmpty, options.reference == nil {
                if let ref { repository.transactionSetRef(ref, to: commit) }
                return try imported(commit, layers, work)
            }
            var merge = ImageMerge(image: image, repository: repository, otherPaths: options.otherPaths)
            let imageCommit = try merge.run(base: layers.commit, records)
            work.dropped = merge.dropped
            let commit = layers.derived.isEmpty ? layers.commit ?? imageCommit : imageCommit
            if let reference = options.reference {
                repository.transactionSetRef(RefEscape.image(reference), to: imageCommit)
                for (digest, commit) in work.refs { repository.transactionSetRef(RefEscape.layer(digest), to: commit) }
            }
            if let ref { repository.transactionSetRef(ref, to: commit) }
            return try imported(commit, layers, work)
        }
    }

    /// What the import found and did so far.
    private struct Work {
        let known: KnownLayers
        /// Layers by digest, with the commits that stand for them.
        var refs: [String: String] = [:]
        var read: [String] = []
        var dropped: [String] = []
    }

    private func imported(_ commit: String, _ layers: Layers, _ work: Work) throws -> ImportedCommit {
        ImportedCommit(
            checksum: commit, version: try repository.commit(commit).metadata["version"]?.string,
            manifestDigest: image.manifestDigest, labels: image.labels, baseCommit: layers.commit,
            readLayers: work.read, droppedPaths: work.dropped)
    }

    /// The layer that the label names ends the OSTree part; without the label there is none.
    private func layers() throws -> Layers {
        let all = Array(zip(image.manifest.layers, image.configuration.rootfs.diffIDs)).map { ($0, diffID: $1) }
        guard !all.isEmpty else { throw ContainerImageError.noOSTreeCommit(image.name, reason: "it has no layers") }
        guard let finalDiffID = image.labels[ImageLabels.finalDiffID] else {
            // Images that were repacked as plain ones keep other labels; base images of anything else have none.
            guard image.labels[ImageLabels.bootable] == "1" else {
                throw ContainerImageError.noOSTreeCommit(
                    image.name,
                    reason: "it has neither the label \(ImageLabels.finalDiffID) of an OSTree image nor the label "
                        + "\(ImageLabels.bootable)=1 of a bootable one")
            }
            return Layers(base: [], derived: all, commit: nil)
        }
        guard let commit = image.labels[ImageLabels.commit] else {
            throw ContainerImageError.noOSTreeCommit(image.name, reason: "it lacks the label \(ImageLabels.commit)")
        }
        guard let last = all.firstIndex(where: { $0.diffID == finalDiffID }) else {
            throw ContainerImageError.noOSTreeCommit(image.name, reason: "none of its layers is \(finalDiffID)")
        }
        return Layers(base: Array(all[...last]), derived: Array(all[(last + 1)...]), commit: commit)
    }

    // MARK: The OSTree part

    private func importBase(_ layers: [(OCIDescriptor, diffID: String)], _ commit: String, _ work: inout Work) throws {
        var objects = ObjectImport(image: image.name, repository: repository)
        for (descriptor, diffID) in layers {
            if let record = work.known.record(diffID: diffID), record.kind != .tree {
                work.refs[descriptor.digest] = record.commit
                continue
            }
            objects.layer = descriptor.digest
            try LayerReader(image.layout, descriptor, diffID: diffID).forEach { try objects.add($0, $1) }
            work.read.append(descriptor.digest)
            // Records are for later imports of a remembered image only.
            if options.reference == nil { continue }
            work.refs[descriptor.digest] =
                try LayerRecord(
                    objects: objects.contents, commit: objects.commit, diffID: diffID, to: repository
                ).commit
        }
        try verifyComplete(commit, serialized: objects.commits[commit])
        try objects.writeCommits()
    }

    private func verifyComplete(_ commit: String, serialized: [UInt8]?) throws {
        func require(_ isThere: Bool, _ object: String) throws {
            guard isThere else { throw ContainerImageError.incomplete(image.name, commit: commit, missing: object) }
        }
        try require(try serialized != nil || repository.contains(.commit, commit), "\(commit).commit")
        let root = try serialized.map(CommitObject.init(serialized:)) ?? repository.commit(commit)
        var known: Set<String> = []
        var pending = [(root.rootContents, root.rootMetadata)]
        while let (contents, metadata) = pending.popLast() {
            if known.insert(metadata).inserted {
                try require(try repository.contains(.dirmeta, metadata), "\(metadata).dirmeta")
            }
            guard known.insert(contents).inserted else { continue }
            try require(try repository.contains(.dirtree, contents), "\(contents).dirtree")
            let tree = try repository.directoryTree(contents)
            for file in tree.files where known.insert(file.checksum).inserted {
                try require(try repository.contains(content: file.checksum), "\(file.checksum).file")
            }
            pending += tree.directories.map { ($0.contents, $0.metadata) }
        }
    }

    // MARK: Ordinary layers

    private func importDerived(
        _ descriptor: OCIDescriptor, diffID: String, _ work: inout Work
    ) throws -> (OCIDescriptor, LayerRecord) {
        if let record = work.known.record(diffID: diffID), record.kind == .tree {
            work.refs[descriptor.digest] = record.commit
            return (descriptor, record)
        }
        var layer = DerivedLayer(image: image.name, layer: descriptor.digest, repository: repository)
        try LayerReader(image.layout, descriptor, diffID: diffID).forEach { try layer.add($0, $1) }
        work.read.append(descriptor.digest)
        let record = try LayerRecord(layer.tree, diffID: diffID, to: repository)
        work.refs[descriptor.digest] = record.commit
        return (descriptor, record)
    }
}
