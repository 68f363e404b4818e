import Testing

@testable import AgentText

@Suite("Every mistake in settings has its message")
struct SettingsMistakeTests {
  private func mistakes(_ text: String) -> String {
    do throws(SettingsErrors) {
      _ = try Settings.load(text: Array(text.utf8), file: "f.yaml").decode(SampleSettings.self)
      return ""
    } catch {
      return error.description
    }
  }

  @Test(
    "Wrong types",
    arguments: [
      ("name: 5", "1:7: key 'name': is the integer 5; allowed: a string (numbers and booleans in quotes)"),
      ("name: true", "1:7: key 'name': is the boolean true; allowed: a string (numbers and booleans in quotes)"),
      ("name: [a]", "1:7: key 'name': is a list; allowed: a string (numbers and booleans in quotes)"),
      ("name: {a: b}", "1:7: key 'name': is a mapping; allowed: a string (numbers and booleans in quotes)"),
      ("name:", "1:6: key 'name': has no value; allowed: a string (numbers and booleans in quotes)"),
      ("name: ~", "1:7: key 'name': has no value; allowed: a string (numbers and booleans in quotes)"),
      ("name: 1.10", "1:7: key 'name': is the number 1.10; allowed: a string (numbers and booleans in quotes)"),
      ("name: \"a\\0b\"", "1:7: key 'name': holds a NUL character; allowed: text without it"),
      ("enabled: yes", "1:10: key 'enabled': is the string 'yes'; allowed: true or false"),
      ("enabled: \"true\"", "1:10: key 'enabled': is the string 'true'; allowed: true or false"),
      ("enabled: 1", "1:10: key 'enabled': is the integer 1; allowed: true or false"),
      ("retries: '5'", "1:10: key 'retries': is the string '5'; allowed: an integer"),
      ("retries: 1.5", "1:10: key 'retries': is the number 1.5; allowed: an integer"),
      (
        "retries: 99999999999999999999",
        "1:10: key 'retries': the integer is too large; allowed: an integer of 64 bits"
      ),
      ("retries: 1:30", "1:10: key 'retries': is the string '1:30'; allowed: an integer"),
      ("ratio: half", "1:8: key 'ratio': is the string 'half'; allowed: a number"),
      ("ratio: .nan", "1:8: key 'ratio': '.nan' is not a finite number; allowed: a number"),
      ("ratio: .inf", "1:8: key 'ratio': '.inf' is not a finite number; allowed: a number"),
      ("role: {a: b}", "1:7: key 'role': is a mapping, not a list; allowed: a list, as in [a, b]"),
      ("listen: a:1", "1:9: key 'listen': is the string 'a:1', not a list; allowed: a list, as in [a, b]"),
      ("listen: [1]", "1:10: key 'listen[0]': is the integer 1; allowed: a string (numbers and booleans in quotes)"),
      ("listen: [[a]]", "1:10: key 'listen[0]': is a list; allowed: a string (numbers and booleans in quotes)"),
      ("listen: [~]", "1:10: key 'listen[0]': has no value; allowed: a string (numbers and booleans in quotes)"),
      ("disk: 5", "1:7: key 'disk': is the integer 5, not a mapping; allowed keys: limit"),
      ("disk: [limit]", "1:7: key 'disk': is a list, not a mapping; allowed keys: limit"),
      ("ingress: x", "1:10: key 'ingress': is the string 'x', not a mapping; allowed keys: address, port"),
      ("servers: {a: b}", "1:10: key 'servers': is a mapping, not a list; allowed: a list of mappings"),
      ("servers: [~]", "1:11: key 'servers[0]': has no value; allowed: a mapping"),
      ("servers: [x]", "1:11: key 'servers[0]': is the string 'x', not a mapping; allowed keys: address, port"),
      ("values: 5", "1:9: key 'values': is the integer 5, not a mapping; allowed: a mapping, as in {a: b}"),
      ("values: {a: b}", "1:13: key 'values.a': is the string 'b'; allowed: an integer"),
      ("checks: x", "1:9: key 'checks': is the string 'x', not a mapping; allowed: a mapping, as in {a: b}"),
      (
        "[a]",
        "1:1: is a list, not a mapping; allowed keys: checks, disk, enabled, expect, extra, hold, "
          + "ingress, listen, name, ratio, retries, role, servers, values"
      ),
      (
        "text",
        "1:1: is the string 'text', not a mapping; allowed keys: checks, disk, enabled, expect, extra, "
          + "hold, ingress, listen, name, ratio, retries, role, servers, values"
      ),
    ] as [(String, String)])
  func types(text: String, expected: String) {
    #expect(mistakes(text) == "f.yaml:" + expected)
  }

  @Test(
    "Wrong values",
    arguments: [
      ("retries: 0", "1:10: key 'retries': 0 is out of range; allowed: 1 to 10"),
      ("retries: 11", "1:10: key 'retries': 11 is out of range; allowed: 1 to 10"),
      ("hold: 2h", "1:7: key 'hold': 2h is out of range; allowed: 1s to 1h"),
      ("hold: 500ms", "1:7: key 'hold': 500ms is out of range; allowed: 1s to 1h"),
      (
        "hold: 30",
        "1:7: key 'hold': '30' has no unit; allowed: an integer and ms, s, m, h or d, as in 500ms, 30s "
          + "or 5m"
      ),
      (
        "hold: 30 s",
        "1:7: key 'hold': '30 s' is not a duration; allowed: an integer and ms, s, m, h or d, as in "
          + "500ms, 30s or 5m"
      ),
      (
        "hold: -5s",
        "1:7: key 'hold': '-5s' is not a duration; allowed: an integer and ms, s, m, h or d, as in "
          + "500ms, 30s or 5m"
      ),
      (
        "hold: 1.5s",
        "1:7: key 'hold': '1.5s' is not a duration; allowed: an integer and ms, s, m, h or d, as in "
          + "500ms, 30s or 5m"
      ),
      (
        "hold: 5w",
        "1:7: key 'hold': '5w' is not a duration; allowed: an integer and ms, s, m, h or d, as in "
          + "500ms, 30s or 5m"
      ),
      (
        "hold: s",
        "1:7: key 'hold': 's' is not a duration; allowed: an integer and ms, s, m, h or d, as in 500ms, "
          + "30s or 5m"
      ),
      (
        "hold: 99999999999999d",
        "1:7: key 'hold': '99999999999999d' is too long; allowed: an integer and ms, s, m, h or d, as "
          + "in 500ms, 30s or 5m"
      ),
      (
        "hold: 99999999999999999999s",
        "1:7: key 'hold': '99999999999999999999s' is too long; allowed: an integer and ms, s, m, h or "
          + "d, as in 500ms, 30s or 5m"
      ),
      ("hold: [5s]", "1:7: key 'hold': is a list; allowed: one value"),
      (
        "expect: nne",
        "1:9: key 'expect': 'nne' is none of the values (did you mean 'none'?); allowed: none, "
          + "configured, any"
      ),
      ("expect: everything", "1:9: key 'expect': 'everything' is none of the values; allowed: none, configured, any"),
      (
        "expect: None",
        "1:9: key 'expect': 'None' is none of the values (did you mean 'none'?); allowed: none, "
          + "configured, any"
      ),
      ("expect: true", "1:9: key 'expect': 'true' is none of the values; allowed: none, configured, any"),
      (
        "expect: \"a\\e[31m\\nb\"",
        "1:9: key 'expect': 'a\\x1b[31m\\nb' is none of the values; allowed: none, configured, any"
      ),
      (
        "role: [worker, slave]",
        "1:16: key 'role[1]': 'slave' is none of the values; allowed: auto, control-plane, worker"
      ),
      ("servers: [{address: a}]", "1:11: key 'servers[0].port': is missing; this key is required"),
      (
        "servers:\n- address: 5\n- port: 5\n",
        "2:3: key 'servers[0].port': is missing; this key is required\nf.yaml:2:12: key "
          + "'servers[0].address': is the integer 5; allowed: a string (numbers and booleans in "
          + "quotes)\nf.yaml:3:3: key 'servers[1].address': is missing; this key is required"
      ),
      (
        "ingress: {}",
        "1:10: key 'ingress.address': is missing; this key is required\nf.yaml:1:10: key "
          + "'ingress.port': is missing; this key is required"
      ),
    ] as [(String, String)])
  func values(text: String, expected: String) {
    #expect(mistakes(text) == "f.yaml:" + expected)
  }

  @Test(
    "Wrong keys",
    arguments: [
      ("disk: {limits: 5}", "1:8: key 'disk.limits': unknown key (did you mean 'limit'?); allowed keys: limit"),
      ("disk: {warp: 5}", "1:8: key 'disk.warp': unknown key; allowed keys: limit"),
      ("disk:\n  limit: 5\n  limit: 6", "3:3: key 'disk.limit': is given twice, first on line 2; allowed: once"),
      (
        "servers: [{address: a, port: 1, prot: 2}]",
        "1:33: key 'servers[0].prot': unknown key (did you mean 'port'?); allowed keys: address, port"
      ),
      (
        "<<: {name: a}",
        "1:1: key '<<': unknown key; allowed keys: checks, disk, enabled, expect, extra, hold, ingress, "
          + "listen, name, ratio, retries, role, servers, values"
      ),
      (
        "? \"a\\nb\"\n: c",
        "1:3: key 'a\\nb': unknown key; allowed keys: checks, disk, enabled, expect, extra, hold, "
          + "ingress, listen, name, ratio, retries, role, servers, values"
      ),
      ("a: 1\nb: [\n", "3:1: did not find expected node content"),
      ("name: a\n---\nname: b", "3:1: a second document begins here; allowed: one document"),
      (
        "checks: {a.b: {}, 'a.b': {}}\nname: 1\nname: 2",
        "1:19: key 'checks.a.b': is given twice, first on line 1; allowed: once\nf.yaml:3:1: key "
          + "'name': is given twice, first on line 2; allowed: once"
      ),
    ] as [(String, String)])
  func keys(text: String, expected: String) {
    #expect(mistakes(text) == "f.yaml:" + expected)
  }
}
