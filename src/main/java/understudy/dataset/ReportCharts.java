package understudy.dataset;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import understudy.base.PrivateFiles;

/// The two charts of a report as PNG files.
public final class ReportCharts {
    private static final int WIDTH = 1_000;
    private static final int HEIGHT = 500;
    private static final int MOST_PEOPLE = 40;
    private static final int TURNED = 60;

    private ReportCharts() {}

    /// Writes `lengths.png` and `people.png`.
    ///
    /// @return why there are none; empty when they were written. A machine without fonts cannot
    ///     draw, which must not cost anybody their dataset
    public static Optional<String> write(DatasetReport report, Path folder) throws IOException {
        System.setProperty("java.awt.headless", "true");
        try {
            Histogram histogram = Histogram.of(report.lengths());
            List<String> lengths = new ArrayList<>();
            for (int bin = 0; bin < histogram.bins().size(); bin++) {
                lengths.add(histogram.label(bin));
            }
            save(
                    chart("Samples by length", "tokens", lengths, histogram.bins()),
                    folder.resolve("lengths.png"));
            List<DatasetReport.PersonCount> people =
                    report.people().stream().limit(MOST_PEOPLE).toList();
            save(
                    chart(
                            "Samples by person",
                            "person",
                            people.stream().map(DatasetReport.PersonCount::person).toList(),
                            people.stream().map(DatasetReport.PersonCount::rows).toList()),
                    folder.resolve("people.png"));
            return Optional.empty();
        } catch (LinkageError | InternalError | RuntimeException e) {
            return Optional.of("this machine cannot draw (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static CategoryChart chart(
            String title, String axis, List<String> labels, List<Integer> values) {
        CategoryChart chart =
                new CategoryChartBuilder()
                        .width(WIDTH)
                        .height(HEIGHT)
                        .title(title)
                        .xAxisTitle(axis)
                        .yAxisTitle("samples")
                        .build();
        chart.getStyler().setLegendVisible(false);
        chart.getStyler().setXAxisLabelRotation(TURNED);
        chart.addSeries("samples", labels, values);
        return chart;
    }

    private static void save(CategoryChart chart, Path file) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", png);
        PrivateFiles.write(file, out -> out.write(png.toByteArray()));
    }
}
