/// A day of the Gregorian calendar, in UTC.
struct CalendarDate: CustomStringConvertible {
  private var year = 1970
  private var month = 1
  private var day = 1

  /// The day of a moment in seconds since 1970; earlier ones are taken for 1970-01-01, and the far future for 9999.
  init(seconds: Int64) {
    var days = Int(max(0, seconds) / 86_400)
    while year < 9999, days >= daysOfYear {
      days -= daysOfYear
      year += 1
    }
    while month < 12, days >= daysOfMonth {
      days -= daysOfMonth
      month += 1
    }
    day = min(days, 30) + 1
  }

  /// `YYYY-MM-DD` (ISO 8601).
  var description: String { "\(year)-\(Self.padded(month))-\(Self.padded(day))" }

  private var isLeap: Bool { year % 4 == 0 && year % 100 != 0 || year % 400 == 0 }
  private var daysOfYear: Int { isLeap ? 366 : 365 }
  private var daysOfMonth: Int {
    switch month {
    case 2: isLeap ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
