extension BuildStore {
    /// Makes a tag or moves it.
    ///
    /// - Parameters:
    ///   - name: the tag.
    ///   - build: the build that it points to; nil for the newest.
    ///   - description: why it is there; nil keeps the one that it has.
    ///   - force: true points it to a build that is not in the list, too.
    /// - Throws: ``BuildsError``.
    @discardableResult
    public func tag(_ name: String, build: String?, description: String? = nil, force: Bool = false) throws
        -> BuildsIndex.Tag
    {
        let now = Timestamp.text(try clock() / 1_000_000_000)
        let target = try build ?? resolve(nil)
        return try updateIndex { index in
            guard index.build(name) == nil else {
                throw BuildsError("\"\(name)\" is the id of a build; choose another tag")
            }
            guard force || index.build(target) != nil else {
                throw BuildsError("there is no build \(target); --force tags it anyway")
            }
            let old = index.tags.first { $0.name == name }
            let tag = BuildsIndex.Tag(
                name: name, created: now, target: target, description: description ?? old?.description)
            index.setTag(tag)
            return tag
        }
    }

    /// Deletes tags.
    ///
    /// - Throws: ``BuildsError`` where one does not exist; nothing is deleted then.
    public func deleteTags(_ names: [String]) throws {
        try updateIndex { index in
            for name in names where !index.removeTag(name) { throw BuildsError("there is no tag \(name)") }
        }
    }
}
