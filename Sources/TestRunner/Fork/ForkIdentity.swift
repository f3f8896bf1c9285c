import Foundation
import HostSystem
import SystemPackage
import VirtualMachine

/// What makes a fork a machine of its own: its names, its keys, its clock, its random numbers.
struct ForkIdentity: Sendable {
    /// The host name, until a reboot.
    let hostname: String
    /// The content of `/etc/machine-id`.
    let machineIdentifier: String
    /// The private SSH host key, as a file of OpenSSH.
    let hostKey: String
    /// Its public half.
    let hostPublicKey: String
    /// What is mixed into the kernel's random numbers.
    let seed: String

    /// Makes an identity.
    ///
    /// - Parameter folder: where the keys may lie for a moment.
    /// - Throws: `CommandError` where ssh-keygen fails.
    static func generate(hostname: String, in folder: FilePath) async throws -> ForkIdentity {
        let path = folder.appending("host-key")
        let arguments = ["-q", "-t", "ed25519", "-N", "", "-C", hostname, "-f", path.string]
        try await Command("ssh-keygen", arguments).run()
        defer { try? FileContent.remove(path) }
        func text(_ path: FilePath) throws -> String { String(decoding: try FileContent.read(path), as: UTF8.self) }
        return ForkIdentity(
            hostname: hostname, machineIdentifier: Self.random(bytes: 16), hostKey: try text(path),
            hostPublicKey: try text(FilePath(path.string + ".pub")), seed: Self.random(bytes: 64))
    }

    /// Run in the machine that is saved, so that its forks need not: the keys go, and it is found out whether the SSH server
    /// reads new ones by itself. Until version 9.8 each of its sessions does; since then it hands its own on to them.
    static let preparation = """
        rm -f /etc/ssh/ssh_host_*_key*
        if [[ $(ssh -V 2>&1) =~ OpenSSH_([0-9]+)\\.([0-9]+) ]] && ((BASH_REMATCH[1] * 100 + BASH_REMATCH[2] < 908)); then
            : >\(readsKeys)
        fi
        """
    private static let readsKeys = "/run/kola-sshd-reads-keys"

    /// Puts it on. Builtins of the shell wherever they do, as every program costs time.
    ///
    /// - Parameter time: the host's, which the guest has fallen behind.
    func script(time: Date = Date()) -> String {
        """
        umask 077
        date --set=@\(String(format: "%.3f", time.timeIntervalSince1970)) >/dev/null
        echo \(hostname.shellQuoted) >/proc/sys/kernel/hostname
        echo \(machineIdentifier) >/etc/machine-id
        echo \(seed) >/dev/urandom
        \(RandomReseed.path) || :
        if [ -d /etc/ssh ]; then
            printf %s \(hostKey.shellQuoted) >/etc/ssh/ssh_host_ed25519_key
            printf %s \(hostPublicKey.shellQuoted) >/etc/ssh/ssh_host_ed25519_key.pub
        fi
        if [ -f /run/sshd.pid ] && ! [ -e \(Self.readsKeys) ]; then kill -HUP "$(</run/sshd.pid)"; fi
        """
    }

    private static func random(bytes count: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in
            let byte = String(UInt8.random(in: .min ... .max, using: &generator), radix: 16)
            return byte.count == 1 ? "0" + byte : byte
        }.joined()
    }
}
