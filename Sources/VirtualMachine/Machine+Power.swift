extension Machine {
    /// Cuts the guest off, as somebody who presses the reset button does, and starts it again. What it had written to its disks
    /// stays.
    ///
    /// - Throws: ``MachineError``.
    public func reset() async throws { try await monitor.execute("system_reset") }

    /// Waits until the guest writes beyond a place of its primary disk.
    ///
    /// - Parameter offset: in bytes.
    /// - Throws: ``MachineError`` where QEMU ended before, or `CancellationError`.
    public func written(beyond offset: Int64) async throws {
        try await monitor.execute(
            "block-set-write-threshold",
            arguments: WriteThreshold(node: DiskArguments.node(of: 0), threshold: offset))
        _ = try await monitor.event { $0.name == "BLOCK_WRITE_THRESHOLD" }
    }

    /// Plugs the network cable in, or pulls it.
    ///
    /// - Throws: ``MachineError``.
    public func setNetwork(isConnected: Bool) async throws {
        try await monitor.execute("set_link", arguments: Link(name: "net0", up: isConnected))
    }
}

/// The arguments of QMP's `block-set-write-threshold` (qapi/block-core.json).
private struct WriteThreshold: Encodable, Sendable {
    enum CodingKeys: String, CodingKey {
        case node = "node-name"
        case threshold = "write-threshold"
    }

    let node: String
    let threshold: Int64
}

/// The arguments of QMP's `set_link` (qapi/net.json).
private struct Link: Encodable, Sendable {
    let name: String
    let up: Bool
}
