extension TestMetadata {
    /// The keys that ask for what kola's machines do not have: a test that says one of them would prove nothing without.
    var unmetDemands: [String] {
        let asked: [(key: String, isAsked: Bool)] = [
            ("bindMountHostRO", !bindMountHostRO.isEmpty),
            ("bootFrom", bootFrom != nil),
            ("injectContainer", injectContainer == true),
            ("requiredHostPorts", !requiredHostPorts.isEmpty),
        ]
        return asked.filter(\.isAsked).map(\.key)
    }
}
