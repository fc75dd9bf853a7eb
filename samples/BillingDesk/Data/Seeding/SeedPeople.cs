using System.Data.Common;

namespace BillingDesk.Data;

/// <summary>Accounts with their subscriptions, users, and who belongs where.</summary>
internal sealed class SeedPeople
{
    private readonly List<Account> _accounts = [];
    private readonly List<(string Id, string Name)> _users = [];
    private readonly List<(int Org, int User, string Role)> _memberships = [];

    /// <summary>The accounts; the first is <c>acc_1</c>.</summary>
    public IReadOnlyList<Account> Accounts => _accounts;

    public static SeedPeople Make(SplitMix64 random)
    {
        var people = new SeedPeople();
        people.MakeAccounts(random);
        people.MakeUsers(random);
        people.MakeMemberships(random);
        return people;
    }

    /// <summary>The name of the account's first owner.</summary>
    public string OwnerOf(int account) => _users[account - 1].Name;

    public void Write(DbConnection connection, DbTransaction transaction, SeedDays days)
    {
        SeedTable.Fill(
            connection, transaction, "accounts", "id, name, currency, version, updated_at",
            _accounts.Select(account => (object?[])[account.Id, account.Name, account.Currency, 1L, SqlText.Of(days.Instant(-account.AgeInDays))]));
        SeedTable.Fill(
            connection, transaction, "subscriptions", "account_id, plan_id, plan_name, version, updated_at",
            _accounts.Select(account => (object?[])[account.Id, account.PlanId, account.PlanName, 1L, SqlText.Of(days.Instant(-account.AgeInDays))]));

        var joined = SqlText.Of(days.Instant(-380));
        SeedTable.Fill(
            connection, transaction, "users", "id, name, email, version, updated_at",
            _users.Select(user => (object?[])[user.Id, user.Name, $"{user.Id}@example.test", 1L, joined]));
        SeedTable.Fill(
            connection, transaction, "memberships", "org_id, user_id, role, version, updated_at",
            _memberships.Select(member => (object?[])[$"acc_{member.Org}", $"user_{member.User}", member.Role, 1L, joined]));
    }

    private void MakeAccounts(SplitMix64 random)
    {
        for (var number = 1; number <= DeskSeed.Accounts; number++)
        {
            var plan = random.Pick(SeedPlans.All);
            var currency = random.Below(3) == 0 ? "USD" : "EUR";
            _accounts.Add(new Account($"acc_{number}", SeedWords.Account(random), currency, plan.Id, plan.Name, random.Between(365, 380)));
        }
    }

    private void MakeUsers(SplitMix64 random)
    {
        for (var number = 1; number <= DeskSeed.Users; number++) _users.Add(($"user_{number}", SeedWords.Person(random)));
    }

    /// <summary>user_n owns acc_n; every other user is in some organisation; the rest joins at random until the count is reached.</summary>
    private void MakeMemberships(SplitMix64 random)
    {
        var taken = new HashSet<(int, int)>();
        void Add(int org, int user, string role)
        {
            if (taken.Add((org, user))) _memberships.Add((org, user, role));
        }

        for (var number = 1; number <= DeskSeed.Accounts; number++) Add(number, number, MemberRole.Owner);
        Add(SampleIds.ShowcaseNumber, 188, MemberRole.Admin);
        Add(SampleIds.ShowcaseNumber, 288, MemberRole.Member);
        Add(SampleIds.ShowcaseNumber, 388, MemberRole.Viewer);
        for (var user = DeskSeed.Accounts + 1; user <= DeskSeed.Users; user++) Add(random.Between(1, DeskSeed.Accounts), user, AnyRole(random));
        while (_memberships.Count < DeskSeed.Memberships)
            Add(random.Between(1, DeskSeed.Accounts), random.Between(1, DeskSeed.Users), AnyRole(random));
    }

    private static string AnyRole(SplitMix64 random) => random.Below(10) switch
    {
        0 => MemberRole.Owner,
        <= 2 => MemberRole.Admin,
        <= 7 => MemberRole.Member,
        _ => MemberRole.Viewer,
    };

    internal sealed record Account(string Id, string Name, string Currency, string PlanId, string PlanName, int AgeInDays);
}
