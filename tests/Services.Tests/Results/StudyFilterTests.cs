using MedCloud.Contracts;
using MedCloud.Results.V1;
using static MedCloud.Services.Tests.Results.Events;

namespace MedCloud.Services.Tests.Results;

public abstract class StudyFilterTests(ResultsHost host)
{
    public static TheoryData<ListStudiesRequest, int[]> Filters => new()
    {
        { new ListStudiesRequest { PatientId = "A" }, [3, 1] },
        { new ListStudiesRequest { PatientId = "a" }, [] },
        { new ListStudiesRequest { AccessionNumber = "X7" }, [2] },
        { new ListStudiesRequest { Modality = "CT" }, [3, 2] },
        { new ListStudiesRequest { Priority = StudyPriority.Stat }, [2] },
        { new ListStudiesRequest { Priority = StudyPriority.Routine }, [4, 3, 1] },
        { new ListStudiesRequest { StudyDateFrom = "20260202" }, [3, 2] },
        { new ListStudiesRequest { StudyDateTo = "2026-02-02" }, [2, 1] },
        { new ListStudiesRequest { StudyDateFrom = "2026-02-02", StudyDateTo = "20260202" }, [2] },
        { new ListStudiesRequest { State = StudyState.Analysing }, [2] },
        { new ListStudiesRequest { State = StudyState.Failed }, [3] },
        { new ListStudiesRequest { State = StudyState.Complete, PatientId = "A" }, [1] },
        { new ListStudiesRequest { Modality = "CT", StudyDateTo = "20260202", Priority = StudyPriority.Stat, AccessionNumber = "X7" }, [2] },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task FiltersAreExactAndAllHold(ListStudiesRequest request, int[] studies)
    {
        var second = Stored(study: 2, instance: 20, models: [Pneumonia]);
        var third = Stored(study: 3, instance: 30, models: [Pneumonia]);
        await host.SendAsync(
            Stored(study: 1, instance: 10) with { Study = new StudyAttributes { PatientId = "A", StudyDate = "20260201" } },
            second with { Study = new StudyAttributes { PatientId = "B", AccessionNumber = "X7", StudyDate = "20260202" }, Modality = "CT", Stat = true },
            Stored(study: 2, instance: 21, series: 2),
            third with { Study = new StudyAttributes { PatientId = "A", AccessionNumber = "X71", StudyDate = "20260203" }, Modality = "CT" },
            Failed(third, Pneumonia),
            Stored(study: 4, instance: 40) with { Study = new StudyAttributes() });

        Assert.Equal(studies.Select(StudyUid), await host.ListAsync(request));
    }
}

public sealed class StudyFilterOnSqliteTests(ResultsHost host) : StudyFilterTests(host), IClassFixture<ResultsHost>;

public sealed class StudyFilterOnPostgresTests(PostgresResultsHost host) : StudyFilterTests(host), IClassFixture<PostgresResultsHost>;
