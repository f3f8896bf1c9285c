import VirtualMachine

/// Several machines on one network reach each other by their names, also after a reboot, and are no twins.
enum NetworkTest {
    static var test: KolaTest {
        var metadata = TestMetadata()
        metadata.description = "Two machines reach each other by name, before and after a reboot."
        return KolaTest(
            name: "machines.network", metadata: metadata, machineCount: 2, body: .native { try await run($0) })
    }

    private static func run(_ context: TestContext) async throws {
        try await context.subtest("Names") { try await checkNames(context.guests) }
        try await context.subtest("Identity") { try await checkIdentity(context.guests) }
        try await context.subtest("Reboot") {
            try await context.guests.last?.reboot()
            try await checkNames(context.guests)
        }
    }

    /// The SSH server of each answers all others.
    private static func checkNames(_ guests: [Guest]) async throws {
        for (number, guest) in guests.enumerated() {
            let name = try await guest.commands.run("echo $(</proc/sys/kernel/hostname)")
            guard name == SegmentMembership.hostname(number) else {
                throw TestFailure("machine \(number) is called \"\(name)\", not \(SegmentMembership.hostname(number))")
            }
            for other in guests.indices where other != number {
                let peer = SegmentMembership.hostname(other)
                let banner = try await guest.commands.capture(
                    "exec 4<>/dev/tcp/\(peer)/22 && read -r -t 60 -u 4 banner && echo \"$banner\"")
                guard banner.text.hasPrefix("SSH-2.0-") else {
                    throw TestFailure("\(name) does not reach the SSH server of \(peer): \(banner.text)")
                }
            }
        }
    }

    /// No two have the same, and the SSH servers know the keys that are theirs.
    private static func checkIdentity(_ guests: [Guest]) async throws {
        for number in guests.indices {
            let offered = try await guests[0].commands.run(
                "ssh-keyscan -t ed25519 \(SegmentMembership.hostname(number)) 2>/dev/null")
            let own = try await guests[number].commands.run("cat /etc/ssh/ssh_host_ed25519_key.pub")
            let key = own.split(separator: " ").dropFirst().first ?? "none"
            guard offered.contains(key) else {
                throw TestFailure("the SSH server of machine \(number) has the key \"\(offered)\", not \"\(own)\"")
            }
        }
        for path in ["/etc/machine-id", "/etc/ssh/ssh_host_ed25519_key.pub"] {
            var contents: Set<String> = []
            for guest in guests { contents.insert(try await guest.commands.run("cat \(path)")) }
            guard contents.count == guests.count else { throw TestFailure("two machines have the same \(path)") }
        }
    }
}
